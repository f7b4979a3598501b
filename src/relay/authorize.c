/* Rules, and tokens checked against them. */
#include "relay/authorize.h"

#include "base/crypto.h"
#include "base/memory.h"
#include "protocol/token.h"
#include "protocol/url.h"

static bool length_is_legal(const char *s)
{
  return s != NULL && s[0] != '\0' && strlen(s) <= HC_KEY_MAX;
}

static int copy_rule(struct hc_relay_rule *to, const struct hc_relay_rule *from,
                     struct hc_fault *fault)
{
  const unsigned all = HC_RIGHT_LISTEN | HC_RIGHT_SEND | HC_RIGHT_MANAGE;
  const char *second = from->secondary_key;

  if (!length_is_legal(from->name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "a rule's name has 1 to %d bytes", HC_KEY_MAX);
  if (!length_is_legal(from->key) ||
      (second != NULL && !length_is_legal(second)))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the keys of rule %s have 1 to %d bytes", from->name,
                        HC_KEY_MAX);
  if (from->rights == 0 || (from->rights & ~all) != 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the rule %s has no right among Listen, Send, Manage",
                        from->name);

  to->name = hc_strdup(from->name);
  to->key = hc_strdup(from->key);
  to->secondary_key = second != NULL ? hc_strdup(second) : NULL;
  to->rights = from->rights & HC_RIGHT_MANAGE ? all : from->rights;
  if (to->name == NULL || to->key == NULL ||
      (second != NULL && to->secondary_key == NULL))
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the rules");
  return 0;
}

int hc_relay_rules_init(struct hc_relay_rules *rules,
                        const struct hc_relay_options *options,
                        struct hc_fault *fault)
{
  *rules = (struct hc_relay_rules){ NULL, 0 };
  if (options->n_rules == 0)
    return 0;
  rules->items = hc_alloc_zero(options->n_rules * sizeof *rules->items);
  if (rules->items == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the rules");

  for (size_t i = 0; i < options->n_rules; i++) {
    rules->n++;
    int rc = copy_rule(&rules->items[i], &options->rules[i], fault);
    if (rc != 0)
      return rc;
  }
  return 0;
}

/* The copies are ours; the type is const for those who only read. */
static void free_copy(const char *s)
{
  hc_secret_free((char *)(uintptr_t)s);
}

void hc_relay_rules_deinit(struct hc_relay_rules *rules)
{
  for (size_t i = 0; i < rules->n; i++) {
    free_copy(rules->items[i].name);
    free_copy(rules->items[i].key);
    free_copy(rules->items[i].secondary_key);
  }
  hc_free(rules->items);
  *rules = (struct hc_relay_rules){ NULL, 0 };
}

/* A JWT is three runs of base64url with dots between; its first is the base64
 * of an object, so "eyJ". */
static bool is_jwt(struct hc_span token)
{
  return token.len > 3 && memcmp(token.ptr, "eyJ", 3) == 0 &&
         memchr(token.ptr, '.', token.len) != NULL;
}

static struct hc_span without_bearer(struct hc_span token)
{
  static const char bearer[] = "Bearer ";
  const size_t len = sizeof bearer - 1;

  token = hc_span_trim(token);
  if (token.len >= len &&
      hc_span_is_nocase(hc_span_of(token.ptr, len), bearer)) {
    hc_span_drop(&token, len);
    token = hc_span_trim(token);
  }
  return token;
}

static bool is_signed(const struct hc_token *token,
                      const struct hc_relay_rule *rule)
{
  return hc_token_is_signed_by(token, hc_span_str(rule->key)) ||
         (rule->secondary_key != NULL &&
          hc_token_is_signed_by(token, hc_span_str(rule->secondary_key)));
}

static const struct hc_relay_rule *
find_signer(const struct hc_relay_rules *rules, const struct hc_token *token)
{
  for (size_t i = 0; i < rules->n; i++) {
    const struct hc_relay_rule *rule = &rules->items[i];
    if (hc_token_is_by_rule(token, rule->name) && is_signed(token, rule))
      return rule;
  }
  return NULL;
}

struct hc_relay_refusal hc_relay_check_token(const struct hc_relay_rules *rules,
                                             struct hc_span token,
                                             const struct hc_relay_scope *scope,
                                             int64_t *expiry)
{
  struct hc_token sas;

  token = without_bearer(token);
  if (token.len == 0)
    return hc_relay_refuse(401, "A token is missing.");
  if (is_jwt(token))
    return hc_relay_refuse(401, "this relay cannot verify Entra tokens.");
  if (hc_token_parse(token, &sas, NULL) != 0)
    return hc_relay_refuse(401, "The token is malformed.");

  const struct hc_relay_rule *rule = find_signer(rules, &sas);
  if (rule == NULL) /* the same for an unknown rule: names are not probed */
    return hc_relay_refuse(401, "The token has an invalid signature.");
  if (sas.expiry < scope->now_s - (int64_t)scope->grace_s)
    return hc_relay_refuse(401, "The token is expired.");
  if (!hc_token_covers(&sas, scope->host, scope->path))
    return hc_relay_refuse(403, "The token is for another resource.");
  if ((rule->rights & (unsigned)scope->right) == 0)
    return hc_relay_refuse(403, scope->right == HC_RIGHT_LISTEN
                                    ? "The token lacks the right Listen."
                                    : "The token lacks the right Send.");
  *expiry = sas.expiry;
  return hc_relay_allow();
}

const char *hc_relay_refusal_event(struct hc_relay_refusal refusal)
{
  if (refusal.status == 401)
    return "InvalidSasToken";
  return refusal.status == 403 ? "AuthorizationFailed"
                               : "ProcessingRequestFailed";
}

/* Form encoders write the one blank of a signature as '+' in a query. */
static void mend_blank(struct hc_buffer *token)
{
  static const char form[] = "SharedAccessSignature+";
  struct hc_span text = hc_buffer_span(token);

  if (text.len >= sizeof form - 1 &&
      memcmp(text.ptr, form, sizeof form - 1) == 0)
    token->data[token->start + sizeof form - 2] = ' ';
}

static bool take_field(struct hc_buffer *out, const struct hc_http_head *head,
                       const char *name)
{
  const struct hc_http_field *field = hc_http_find(head, name);

  return field != NULL && field->value.len > 0 &&
         hc_buffer_append(out, field->value) == 0;
}

static bool take_query(struct hc_buffer *out, struct hc_span query)
{
  struct hc_span value;

  if (!hc_url_query_find(query, "sb-hc-token", &value) || value.len == 0)
    return false;
  if (hc_url_decode(out, value) != 0)
    hc_buffer_clear(out);
  mend_blank(out);
  return true;
}

enum hc_relay_token_place hc_relay_find_token(struct hc_buffer *out,
                                              const struct hc_http_head *head,
                                              struct hc_span query)
{
  if (take_query(out, query))
    return HC_RELAY_TOKEN_QUERY;
  if (take_field(out, head, "ServiceBusAuthorization"))
    return HC_RELAY_TOKEN_SERVICE_BUS;
  if (take_field(out, head, "Authorization"))
    return HC_RELAY_TOKEN_AUTHORIZATION;
  return HC_RELAY_TOKEN_NOWHERE;
}

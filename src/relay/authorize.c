/* Tokens, and where they stand. */
#include "relay/authorize.h"

#include "protocol/token.h"
#include "protocol/url.h"

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
find_among(const struct hc_relay_rules *rules, const struct hc_token *token)
{
  for (size_t i = 0; i < rules->n; i++) {
    const struct hc_relay_rule *rule = &rules->items[i];
    if (hc_token_is_by_rule(token, rule->name) && is_signed(token, rule))
      return rule;
  }
  return NULL;
}

/* First the entity's own rules, then the namespace's (spec 1.3). */
static const struct hc_relay_rule *
find_signer(const struct hc_relay_scope *scope, const struct hc_token *token)
{
  const struct hc_relay_rule *rule = NULL;

  if (scope->entity_rules != NULL)
    rule = find_among(scope->entity_rules, token);
  return rule != NULL ? rule : find_among(scope->rules, token);
}

static struct hc_relay_refusal check_jwt(const struct hc_relay_scope *scope,
                                         int64_t *expiry)
{
  if (!scope->accept_any_jwt)
    return hc_relay_refuse(401, "this relay cannot verify Entra tokens.");
  *expiry = INT64_MAX;
  return hc_relay_allow();
}

static struct hc_relay_refusal lacks(enum hc_right right)
{
  const char *text = "The token lacks the right Send.";

  if (right == HC_RIGHT_LISTEN)
    text = "The token lacks the right Listen.";
  else if (right == HC_RIGHT_MANAGE)
    text = "The token lacks the right Manage.";
  return hc_relay_refuse(403, text);
}

struct hc_relay_refusal hc_relay_check_token(struct hc_span token,
                                             const struct hc_relay_scope *scope,
                                             int64_t *expiry)
{
  struct hc_token sas;

  token = without_bearer(token);
  if (token.len == 0)
    return hc_relay_refuse(401, "A token is missing.");
  if (is_jwt(token))
    return check_jwt(scope, expiry);
  if (hc_token_parse(token, &sas, NULL) != 0)
    return hc_relay_refuse(401, "The token is malformed.");

  const struct hc_relay_rule *rule = find_signer(scope, &sas);
  if (rule == NULL) /* the same for an unknown rule: names are not probed */
    return hc_relay_refuse(401, "The token has an invalid signature.");
  if (sas.expiry < scope->now_s - (int64_t)scope->grace_s)
    return hc_relay_refuse(401, "The token is expired.");
  if (!hc_token_covers(&sas, scope->host, scope->path))
    return hc_relay_refuse(403, "The token is for another resource.");
  if ((rule->rights & (unsigned)scope->right) == 0)
    return lacks(scope->right);
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

/* session/surface.h: who may read and write which row, as text and typed. */
#include "support/check.h"

#include "base/memory.h"
#include "session/surface.h"
#include "support/alloc_trap.h"
#include <stdlib.h>
#include <string.h>

/* A role that the test plays: it answers for the rows that it is told to. */
struct role {
  struct hc_surface surface;
  bool active;
  int answer; /* to set and get; 0 with `value` */
  struct hc_value value;
  int seen_id;
  hyco_property seen;
  int64_t seen_number;
  char seen_text[64];
  int sets;
  const char *text; /* what config gave */
};

static int set_row(void *owner, int id, hyco_property p,
                   const struct hc_value *value, struct hc_fault *fault)
{
  struct role *role = owner;
  role->sets++;
  role->seen_id = id;
  role->seen = p;
  role->seen_number = value->number;
  (void)snprintf(role->seen_text, sizeof role->seen_text, "%s",
                 value->text != NULL ? value->text : "");
  if (role->answer < 0)
    return hc_fault_set(fault, role->answer, "the role says no");
  return role->answer;
}

static int get_row(void *owner, int id, hyco_property p, struct hc_value *value,
                   struct hc_fault *fault)
{
  struct role *role = owner;
  role->seen_id = id;
  role->seen = p;
  if (role->answer < 0)
    return hc_fault_set(fault, role->answer, "the role says no");
  if (role->answer == 0)
    *value = role->value;
  return role->answer;
}

static bool is_idle(const void *owner)
{
  return !((const struct role *)owner)->active;
}

static void start(struct role *role, hyco_property_scope scope)
{
  static const struct hc_surface_ops ops = { set_row, get_row, is_idle };
  memset(role, 0, sizeof *role);
  role->answer = HC_SURFACE_STORED;
  hc_surface_init(&role->surface, &ops, role, scope);
}

static int setup(void **state)
{
  static struct role role;
  start(&role, HYCO_SCOPE_RECEIVER);
  *state = &role;
  return 0;
}

static int setup_sender(void **state)
{
  static struct role role;
  start(&role, HYCO_SCOPE_SENDER);
  *state = &role;
  return 0;
}

static int teardown(void **state)
{
  struct role *role = *state;
  alloc_trap_clear();
  hc_surface_deinit(&role->surface);
  return 0;
}

static int config(struct role *role, const char *text)
{
  role->text = NULL;
  return hc_surface_config(&role->surface, text, &role->text);
}

static void check_read(struct role *role, const char *name,
                       const char *expected)
{
  assert_int_equal(config(role, name), 0);
  assert_string_equal(role->text, expected);
}

static void check_refused(struct role *role, const char *text, int code,
                          const char *fault)
{
  assert_int_equal(config(role, text), code);
  assert_int_equal(role->surface.fault.code, code);
  assert_string_equal(role->surface.fault.text, fault);
  assert_null(role->text);
}

static void name_and_value_set_and_name_alone_reads(void **state)
{
  struct role *role = *state;
  assert_int_equal(config(role, "access_key_name=rule"), 0);
  assert_string_equal(role->text, "");
  check_read(role, "access_key_name", "rule");
  assert_int_equal(config(role, "OutBufferSize=0x8000"), 0);
  check_read(role, "OutBufferSize", "32768");
  assert_int_equal(config(role, "TcpNoDelay=no"), 0);
  check_read(role, "TcpNoDelay", "false");
  check_read(role, "HalfClose", "false");
  check_read(role, "AutoReconnect", "true");
}

static void names_are_found_in_any_case_and_with_blanks_around(void **state)
{
  struct role *role = *state;
  assert_int_equal(config(role, "  OUTBUFFERSIZE\t= 2048 "), 0);
  check_read(role, "\toutbuffersize ", "2048");
  assert_int_equal(config(role, "Access_Key_Name=rule"), 0);
  check_read(role, "ACCESS_KEY_NAME", "rule");
}

static void a_text_keeps_its_blanks_and_equals_signs(void **state)
{
  struct role *role = *state;
  assert_int_equal(config(role, "access_key_name= a=b = "), 0);
  check_read(role, "access_key_name", " a=b = ");
  assert_int_equal(config(role, "access_key_name="), 0);
  check_read(role, "access_key_name", "");
}

static void the_place_for_the_value_may_be_missing(void **state)
{
  struct role *role = *state;
  assert_int_equal(
      hc_surface_config(&role->surface, "OutBufferSize=2048", NULL), 0);
  assert_int_equal(hc_surface_config(&role->surface, "OutBufferSize", NULL), 0);
  check_read(role, "OutBufferSize", "2048");
}

static void a_row_of_the_longest_text_can_be_read_back(void **state)
{
  struct role *role = *state;
  size_t max = (size_t)hyco_property_get_row(HYCO_SSL_SERVER_CA_CERTS)->max;
  char *text = malloc(max + 1);
  assert_non_null(text);
  memset(text, 'x', max);
  text[max] = '\0';
  assert_int_equal(
      hc_surface_set_text(&role->surface, 0, HYCO_SSL_SERVER_CA_CERTS, text),
      0);
  check_read(role, "SSLServerCACerts", text);
  free(text);
}

static void an_index_names_a_connection(void **state)
{
  struct role *role = *state;
  role->answer = 0;
  assert_int_equal(config(role, "azure_relay_connection_timeout[3]=7"), 0);
  assert_int_equal(role->seen, HYCO_CONNECTION_TIMEOUT);
  assert_int_equal(role->seen_id, 3);
  assert_int_equal(role->seen_number, 7);
  role->value.number = 9;
  check_read(role, "Azure_Relay_Connection_Timeout[2147483647]", "9");
  assert_int_equal(role->seen_id, INT32_MAX);
  role->value.text = "10.1.2.3";
  check_read(role, "azure_relay_connection_remote_address[1]", "10.1.2.3");
}

static void an_index_that_is_none_is_refused(void **state)
{
  struct role *role = *state;
  static const char *const bad[] = {
    "[]",   "[0]",  "[-1]", "[x]",          "[3x]",
    "[3",   "[3]x", "[",    "[2147483648]", "[99999999999999999999]",
    "[+3]", "[ 3]", "[[3]]"
  };
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    char text[96];
    char fault[160];
    (void)snprintf(text, sizeof text, "azure_relay_connection_timeout%s",
                   bad[i]);
    (void)snprintf(fault, sizeof fault,
                   "\"%s\": expected a connection id in brackets", text);
    check_refused(role, text, HYCO_EBADID, fault);
  }
  assert_int_equal(role->sets, 0);
}

static void a_name_that_does_not_exist_is_refused(void **state)
{
  struct role *role = *state;
  check_refused(role, "NoSuchThing", HYCO_EUNKNOWNNAME,
                "there is no property or setting \"NoSuchThing\"");
  check_refused(role, "NoSuchThing=s3cret", HYCO_EUNKNOWNNAME,
                "there is no property or setting \"NoSuchThing\"");
  check_refused(role, "", HYCO_EUNKNOWNNAME,
                "there is no property or setting \"\"");
  check_refused(role, "=1", HYCO_EUNKNOWNNAME,
                "there is no property or setting \"\"");
  check_refused(role, "[1]", HYCO_EUNKNOWNNAME,
                "there is no property or setting \"[1]\"");
}

static void a_name_of_any_length_is_refused_in_peace(void **state)
{
  struct role *role = *state;
  char name[300];
  for (size_t len = 60; len < sizeof name; len++) {
    memset(name, 'x', len);
    name[len] = '\0';
    assert_int_equal(config(role, name), HYCO_EUNKNOWNNAME);
  }
}

static void rows_of_the_other_role_do_not_exist_here(void **state)
{
  struct role *role = *state;
  check_refused(role, "SubProtocols", HYCO_EUNKNOWNNAME,
                "there is no property SubProtocols here");
  assert_int_equal(
      hc_surface_set_text(&role->surface, 0, HYCO_SUB_PROTOCOLS, "a"),
      HYCO_EUNKNOWNNAME);
}

static void a_sender_has_no_rows_of_receivers(void **state)
{
  struct role *role = *state;
  check_refused(role, "listening=true", HYCO_EUNKNOWNNAME,
                "there is no property listening here");
  assert_int_equal(config(role, "SubProtocols=a,b"), 0);
  check_read(role, "SubProtocols", "a,b");
}

static void numbers_that_are_no_property_are_refused(void **state)
{
  struct role *role = *state;
  const char *text;
  int64_t number;
  assert_int_equal(
      hc_surface_set_number(&role->surface, 0, HYCO_PROPERTY_COUNT, 1),
      HYCO_EUNKNOWNNAME);
  assert_int_equal(
      hc_surface_set_text(&role->surface, 0, (hyco_property)-1, "x"),
      HYCO_EUNKNOWNNAME);
  assert_int_equal(
      hc_surface_get_text(&role->surface, 0, (hyco_property)-1, &text),
      HYCO_EUNKNOWNNAME);
  assert_int_equal(
      hc_surface_get_number(&role->surface, 0, HYCO_PROPERTY_COUNT, &number),
      HYCO_EUNKNOWNNAME);
}

static void every_read_only_row_refuses_to_be_set(void **state)
{
  struct role *role = *state;
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    bool of_connection = row->scope == HYCO_SCOPE_CONNECTION;
    if (row->access != HYCO_ACCESS_R)
      continue;
    int rc =
        row->type == HYCO_TYPE_STRING
            ? hc_surface_set_text(&role->surface, of_connection, p, "")
            : hc_surface_set_number(&role->surface, of_connection, p, row->min);
    assert_int_equal(rc, HYCO_EREADONLY);
    assert_non_null(strstr(role->surface.fault.text, row->name));
  }
  check_refused(role, "AccessToken=x", HYCO_EREADONLY,
                "AccessToken is read-only");
  assert_int_equal(role->sets, 0);
}

static void a_connections_row_needs_the_connections_id(void **state)
{
  struct role *role = *state;
  check_refused(role, "azure_relay_connection_timeout", HYCO_EBADID,
                "azure_relay_connection_timeout belongs to a connection: name "
                "its id");
  check_refused(role, "azure_relay_connection_timeout=1", HYCO_EBADID,
                "azure_relay_connection_timeout belongs to a connection: name "
                "its id");
  check_refused(role, "OutBufferSize[1]=2048", HYCO_EUNKNOWNNAME,
                "OutBufferSize does not belong to a connection");
}

static void a_senders_connection_rows_are_its_own(void **state)
{
  struct role *role = *state;
  role->answer = 0;
  assert_int_equal(config(role, "azure_relay_connection_timeout=5"), 0);
  assert_int_equal(role->seen_id, 0);
  assert_int_equal(role->seen_number, 5);
  check_refused(role, "azure_relay_connection_timeout[1]=5", HYCO_EBADID,
                "a sender has one connection, which takes no id");
}

static void idle_rows_do_not_change_while_active(void **state)
{
  struct role *role = *state;
  role->active = true;
  for (hyco_property p = (hyco_property)0; p < HYCO_PROPERTY_COUNT; p++) {
    const hyco_property_row *row = hyco_property_get_row(p);
    bool of_receiver =
        row->scope == HYCO_SCOPE_BOTH || row->scope == HYCO_SCOPE_RECEIVER;
    if (row->access == HYCO_ACCESS_R || !of_receiver)
      continue;
    int rc = row->type == HYCO_TYPE_STRING
                 ? hc_surface_set_text(&role->surface, 0, p, "")
                 : hc_surface_set_number(&role->surface, 0, p, row->max);
    assert_int_equal(rc, row->when == HYCO_WHEN_IDLE ? HYCO_ELISTENING : 0);
  }
  check_refused(role, "local_host=::1", HYCO_ELISTENING,
                "local_host cannot change while listening or connected");
  check_read(role, "local_host", "");
}

static void values_are_checked_before_the_role_sees_them(void **state)
{
  struct role *role = *state;
  check_refused(role, "OutBufferSize=1023", HYCO_EBADVALUE,
                "OutBufferSize: 1023 is not in 1024..16777216");
  check_refused(role, "TcpNoDelay=maybe", HYCO_EBADVALUE,
                "TcpNoDelay: \"maybe\" is not true or false");
  check_refused(role, "azure_relay_connection_timeout[1]=-1", HYCO_EBADVALUE,
                "azure_relay_connection_timeout: -1 is not in 0..86400");
  assert_int_equal(
      hc_surface_set_number(&role->surface, 0, HYCO_TCP_NO_DELAY, 2),
      HYCO_EBADVALUE);
  assert_int_equal(role->sets, 0);
}

static void the_wrong_type_is_refused_both_ways(void **state)
{
  struct role *role = *state;
  const char *text = NULL;
  int64_t number = 0;
  bool flag = false;
  struct hc_surface *s = &role->surface;

  assert_int_equal(hc_surface_set_text(s, 0, HYCO_LOG_LEVEL, "1"),
                   HYCO_EBADVALUE);
  assert_string_equal(s->fault.text, "LogLevel is not a text");
  assert_int_equal(hc_surface_set_number(s, 0, HYCO_LOCAL_HOST, 1),
                   HYCO_EBADVALUE);
  assert_string_equal(s->fault.text, "local_host is not a number");
  assert_int_equal(hc_surface_get_text(s, 0, HYCO_LOG_LEVEL, &text),
                   HYCO_EBADVALUE);
  assert_int_equal(hc_surface_get_number(s, 0, HYCO_LOCAL_HOST, &number),
                   HYCO_EBADVALUE);
  assert_int_equal(hc_surface_get_flag(s, 0, HYCO_LOCAL_HOST, &flag),
                   HYCO_EBADVALUE);
}

static void typed_access_goes_the_same_ways(void **state)
{
  struct role *role = *state;
  struct hc_surface *s = &role->surface;
  const char *text = NULL;
  int64_t number = 0;
  bool flag = true;

  assert_int_equal(hc_surface_set_text(s, 0, HYCO_LOCAL_HOST, "::1"), 0);
  assert_int_equal(hc_surface_get_text(s, 0, HYCO_LOCAL_HOST, &text), 0);
  assert_string_equal(text, "::1");
  assert_int_equal(hc_surface_set_text(s, 0, HYCO_LOCAL_HOST, NULL), 0);
  assert_int_equal(hc_surface_get_text(s, 0, HYCO_LOCAL_HOST, &text), 0);
  assert_string_equal(text, "");
  assert_int_equal(hc_surface_set_number(s, 0, HYCO_TCP_NO_DELAY, 0), 0);
  assert_int_equal(hc_surface_get_flag(s, 0, HYCO_TCP_NO_DELAY, &flag), 0);
  assert_false(flag);
  assert_int_equal(hc_surface_get_number(s, 0, HYCO_TCP_NO_DELAY, &number), 0);
  assert_int_equal(number, 0);
}

static void null_pointers_are_refused(void **state)
{
  struct role *role = *state;
  struct hc_surface *s = &role->surface;
  assert_int_equal(hc_surface_config(s, NULL, NULL), HYCO_EINVALID);
  assert_int_equal(hc_surface_set_connection_string(s, NULL), HYCO_EINVALID);
  assert_int_equal(hc_surface_get_text(s, 0, HYCO_LOCAL_HOST, NULL),
                   HYCO_EINVALID);
  assert_int_equal(hc_surface_get_number(s, 0, HYCO_LOG_LEVEL, NULL),
                   HYCO_EINVALID);
  assert_int_equal(hc_surface_get_flag(s, 0, HYCO_TCP_NO_DELAY, NULL),
                   HYCO_EINVALID);
}

static void what_the_role_refuses_is_not_stored(void **state)
{
  struct role *role = *state;
  role->answer = HYCO_ENOTCONNECTED;
  check_refused(role, "OutBufferSize=2048", HYCO_ENOTCONNECTED,
                "the role says no");
  check_refused(role, "local_host=::1", HYCO_ENOTCONNECTED, "the role says no");
  check_refused(role, "OutBufferSize", HYCO_ENOTCONNECTED, "the role says no");
  role->answer = HC_SURFACE_STORED;
  check_read(role, "OutBufferSize", "65536");
  check_read(role, "local_host", "");
}

static void secrets_go_in_and_do_not_come_out(void **state)
{
  struct role *role = *state;
  const char *text = NULL;
  assert_int_equal(config(role, "access_key=s3cret"), 0);
  assert_int_equal(config(role, "SharedAccessSignature=s3cret"), 0);
  assert_string_equal(hc_properties_text(&role->surface.props, HYCO_ACCESS_KEY),
                      "s3cret");
  check_read(role, "access_key", "");
  check_read(role, "SharedAccessSignature", "");
  assert_int_equal(
      hc_surface_get_text(&role->surface, 0, HYCO_ACCESS_KEY, &text), 0);
  assert_string_equal(text, "");
}

static void secrets_never_stand_in_a_fault(void **state)
{
  struct role *role = *state;
  static const char *const tries[] = { "access_key[1]=s3cret",
                                       "access_key[x]=s3cret",
                                       "acces_key=s3cret",
                                       "SharedAccessSignature[2]=s3cret" };
  for (size_t i = 0; i < CHECK_COUNT(tries); i++) {
    assert_true(config(role, tries[i]) < 0);
    assert_null(strstr(role->surface.fault.text, "s3cret"));
  }
}

/* What the tests below set first and must find again. */
static const char before[] =
    "Endpoint=sb://old.example:444/;SharedAccessKeyName=old;"
    "SharedAccessKey=old-key;EntityPath=old-entity";

static void check_before(struct role *role)
{
  const struct hc_properties *props = &role->surface.props;
  check_read(role, "namespace_address", "old.example:444");
  check_read(role, "hybrid_connection", "old-entity");
  check_read(role, "access_key_name", "old");
  assert_string_equal(hc_properties_text(props, HYCO_ACCESS_KEY), "old-key");
  assert_string_equal(hc_properties_text(props, HYCO_SHARED_ACCESS_SIGNATURE),
                      "");
  check_read(role, "UseDevelopmentEmulator", "false");
}

static int connection_string(struct role *role, const char *text)
{
  return hc_surface_set_connection_string(&role->surface, text);
}

static void a_connection_string_sets_all_its_rows(void **state)
{
  struct role *role = *state;
  assert_int_equal(connection_string(role, before), 0);
  check_before(role);
  assert_int_equal(connection_string(role,
                                     "Endpoint=sb://[::1]:99;EntityPath=new;"
                                     "SharedAccessSignature=a b;"
                                     "UseDevelopmentEmulator=true"),
                   0);
  check_read(role, "namespace_address", "[::1]:99");
  check_read(role, "hybrid_connection", "new");
  check_read(role, "access_key_name", "");
  check_read(role, "UseDevelopmentEmulator", "true");
  assert_string_equal(hc_properties_text(&role->surface.props, HYCO_ACCESS_KEY),
                      "");
  assert_string_equal(
      hc_properties_text(&role->surface.props, HYCO_SHARED_ACCESS_SIGNATURE),
      "a b");
}

static void a_connection_string_without_entity_keeps_the_entity(void **state)
{
  struct role *role = *state;
  assert_int_equal(connection_string(role, before), 0);
  assert_int_equal(connection_string(role, "Endpoint=sb://new.example"), 0);
  check_read(role, "namespace_address", "new.example");
  check_read(role, "hybrid_connection", "old-entity");
  check_read(role, "access_key_name", "");
}

static void a_connection_string_that_is_refused_changes_nothing(void **state)
{
  struct role *role = *state;
  char key[400] = "Endpoint=sb://n.example;EntityPath=n;SharedAccessKeyName=n;"
                  "SharedAccessKey=";
  memset(key + strlen(key), 'k', 257);
  const char *const bad[] = {
    key, /* the last of them is too long */
    "Endpoint=sb://n.example;EntityPath=n;SharedAccessKeyName=n",
    "Endpoint=sb://n.example;Nonsense=1",
    "Endpoint=sb://n.example;Authentication=ManagedIdentity",
    "Endpoint=sb://n.example;UseDevelopmentEmulator=true",
    "EntityPath=n",
    "",
  };
  assert_int_equal(connection_string(role, before), 0);
  for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
    assert_int_equal(connection_string(role, bad[i]), HYCO_EBADVALUE);
    assert_int_equal(role->surface.fault.code, HYCO_EBADVALUE);
    assert_null(strstr(role->surface.fault.text, "kkkk"));
    check_before(role);
  }
}

static void without_memory_a_connection_string_changes_nothing(void **state)
{
  struct role *role = *state;
  size_t enough = 0;
  int rc;
  do {
    assert_int_equal(connection_string(role, before), 0);
    alloc_trap_set(enough);
    rc = connection_string(role, "Endpoint=sb://new.example;EntityPath=new;"
                                 "SharedAccessSignature=new");
    alloc_trap_clear();
    if (rc != 0) {
      assert_int_equal(rc, HYCO_ENOMEM);
      check_before(role);
      enough++;
    }
  } while (rc != 0);
  assert_true(enough >= 3);
}

static void the_connection_string_does_not_change_while_active(void **state)
{
  struct role *role = *state;
  assert_int_equal(connection_string(role, before), 0);
  role->active = true;
  assert_int_equal(connection_string(role, "Endpoint=sb://new.example"),
                   HYCO_ELISTENING);
  check_before(role);
}

#define SURFACE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define SENDER_TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_sender, teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
    SURFACE_TEST(name_and_value_set_and_name_alone_reads),
    SURFACE_TEST(names_are_found_in_any_case_and_with_blanks_around),
    SURFACE_TEST(a_text_keeps_its_blanks_and_equals_signs),
    SURFACE_TEST(the_place_for_the_value_may_be_missing),
    SURFACE_TEST(a_row_of_the_longest_text_can_be_read_back),
    SURFACE_TEST(an_index_names_a_connection),
    SURFACE_TEST(an_index_that_is_none_is_refused),
    SURFACE_TEST(a_name_that_does_not_exist_is_refused),
    SURFACE_TEST(a_name_of_any_length_is_refused_in_peace),
    SURFACE_TEST(rows_of_the_other_role_do_not_exist_here),
    SENDER_TEST(a_sender_has_no_rows_of_receivers),
    SURFACE_TEST(numbers_that_are_no_property_are_refused),
    SURFACE_TEST(every_read_only_row_refuses_to_be_set),
    SURFACE_TEST(a_connections_row_needs_the_connections_id),
    SENDER_TEST(a_senders_connection_rows_are_its_own),
    SURFACE_TEST(idle_rows_do_not_change_while_active),
    SURFACE_TEST(values_are_checked_before_the_role_sees_them),
    SURFACE_TEST(the_wrong_type_is_refused_both_ways),
    SURFACE_TEST(typed_access_goes_the_same_ways),
    SURFACE_TEST(null_pointers_are_refused),
    SURFACE_TEST(what_the_role_refuses_is_not_stored),
    SURFACE_TEST(secrets_go_in_and_do_not_come_out),
    SURFACE_TEST(secrets_never_stand_in_a_fault),
    SURFACE_TEST(a_connection_string_sets_all_its_rows),
    SURFACE_TEST(a_connection_string_without_entity_keeps_the_entity),
    SURFACE_TEST(a_connection_string_that_is_refused_changes_nothing),
    SURFACE_TEST(without_memory_a_connection_string_changes_nothing),
    SURFACE_TEST(the_connection_string_does_not_change_while_active),
  };
  return cmocka_run_group_tests_name("session_surface", tests, NULL, NULL);
}

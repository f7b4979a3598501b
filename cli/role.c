/* Receivers and senders behind one face, for setting them up. */
#include "target.h"

static int receiver_set_connection_string(void *object, const char *text)
{
  return hyco_receiver_set_connection_string(object, text);
}

static int receiver_set_string(void *object, hyco_property p, const char *value)
{
  return hyco_receiver_set_string(object, p, value);
}

static int receiver_get_string(void *object, hyco_property p,
                               const char **value)
{
  return hyco_receiver_get_string(object, p, value);
}

static int receiver_config(void *object, const char *text, const char **value)
{
  return hyco_receiver_config(object, text, value);
}

static const char *receiver_error_text(void *object)
{
  return hyco_receiver_last_error_text(object);
}

struct hc_cli_role hc_cli_role_of_receiver(hyco_receiver *receiver)
{
  return (struct hc_cli_role){
    .object = receiver,
    .set_connection_string = receiver_set_connection_string,
    .set_string = receiver_set_string,
    .get_string = receiver_get_string,
    .config = receiver_config,
    .error_text = receiver_error_text,
  };
}

static int sender_set_connection_string(void *object, const char *text)
{
  return hyco_sender_set_connection_string(object, text);
}

static int sender_set_string(void *object, hyco_property p, const char *value)
{
  return hyco_sender_set_string(object, p, value);
}

static int sender_get_string(void *object, hyco_property p, const char **value)
{
  return hyco_sender_get_string(object, p, value);
}

static int sender_config(void *object, const char *text, const char **value)
{
  return hyco_sender_config(object, text, value);
}

static const char *sender_error_text(void *object)
{
  return hyco_sender_last_error_text(object);
}

struct hc_cli_role hc_cli_role_of_sender(hyco_sender *sender)
{
  return (struct hc_cli_role){
    .object = sender,
    .set_connection_string = sender_set_connection_string,
    .set_string = sender_set_string,
    .get_string = sender_get_string,
    .config = sender_config,
    .error_text = sender_error_text,
  };
}

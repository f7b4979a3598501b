/* What a receiver of the tests is told on its command line. */
#include "party_arguments.h"

#include <stdio.h>
#include <string.h>

int party_configure(hyco_receiver *r, char **argv)
{
  char text[1024] = "";
  FILE *file = fopen(argv[1], "r");
  if (file == NULL)
    return HYCO_EFILE;
  bool is_read = fgets(text, sizeof text, file) != NULL;
  fclose(file);
  if (!is_read)
    return HYCO_EFILEIO;
  text[strcspn(text, "\n")] = '\0';

  int rc = hyco_receiver_set_connection_string(r, text);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[2]);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[3]);
  return rc;
}

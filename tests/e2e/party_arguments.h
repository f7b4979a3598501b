/* STRING_FILE CA_FILE ENTITY: what a receiver of the tests is told on its
 * command line. */
#ifndef TESTS_E2E_PARTY_ARGUMENTS_H
#define TESTS_E2E_PARTY_ARGUMENTS_H

#include <hyco/receiver.h>

/* Sets the connection string that stands in argv[1], the authority's file and
 * the entity; what the first call that fails returns. */
int party_configure(hyco_receiver *r, char **argv);

#endif

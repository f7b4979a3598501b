/* The handlers of simulated roles: each writes its line (sim_world.h). */
#ifndef TESTS_SIM_SIM_ROLES_H
#define TESTS_SIM_SIM_ROLES_H

#include <hyco/sender.h>

extern const hyco_receiver_events sim_receiver_events;
extern const hyco_sender_events sim_sender_events;

#endif

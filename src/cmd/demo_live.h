/* demo_live - the demo's last part: `serve` goes on with live data, to be looked at in a browser. */
#ifndef PSYNC_CMD_DEMO_LIVE_H
#define PSYNC_CMD_DEMO_LIVE_H

#include "cmd/child.h"
#include "cmd/stopper.h"

#include "mock/mock.h"

struct psync_demo_live {
    const char *program;       /* argv[0] */
    const char *folder;        /* the state folder, where the user who may log in is added */
    const char *config;        /* its file */
    const char *socket;        /* where `serve` listens for the command line, and for us */
    struct psync_mock *mock;   /* the API */
    struct psync_child *child; /* runs `serve` */
    const struct psync_stopper *stopper;
};

/* Asks on the terminal. OK: yes. EMPTY: no, or nobody can be asked. GONE: stopped meanwhile. */
PSYNC_CHECKED enum psync_result psync_demo_live_ask(const struct psync_stopper *stopper, struct psync_error *err);

/* Runs until `serve` ends, which is OK when it was stopped. */
PSYNC_CHECKED enum psync_result psync_demo_live_run(const struct psync_demo_live *live, struct psync_error *err);

#endif

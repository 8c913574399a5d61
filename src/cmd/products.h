/* products - every product of the files a command was given, or of standard input, one by one. */
#ifndef PSYNC_CMD_PRODUCTS_H
#define PSYNC_CMD_PRODUCTS_H

#include "cmd/command.h"
#include "cmd/console.h"
#include "config/config.h"
#include "source/product.h"

#include <signal.h>

/* One product, ready to be a message. Borrowed for the time of the call. */
struct psync_found {
    int64_t id;
    struct psync_span payload;
    size_t file; /* index of the input: see psync_products_name */
    uint64_t line;
};
/* Returns when the descriptor can be read. OK; GONE: told to stop; else it fails. What is not OK ends the reading, and
 * psync_products_each returns it. */
typedef enum psync_result psync_products_wait(void *arg, int fd, struct psync_error *err);
/* OK goes on; anything else ends the reading, and psync_products_each returns it. */
typedef enum psync_result psync_products_take(void *arg, const struct psync_found *found, struct psync_error *err);

struct psync_products_tally {
    uint64_t read;     /* taken over */
    uint64_t refused;  /* records refused, each with its line said */
    uint64_t left_out; /* unknown members and columns */
};

struct psync_products {
    const struct psync_invocation *inv;
    const struct psync_config *config;
    struct psync_progress *progress;      /* cleared before a complaint; may be NULL */
    psync_products_wait *wait;            /* before each reading, so that an open input holds up nobody; may be NULL */
    psync_products_take *take;
    void *arg;
    const volatile sig_atomic_t *stop;    /* true: read no more; may be NULL */
    struct psync_products_tally tally;
    bool misconfigured;                   /* filled: nothing was read, because the settings of the input are wrong */
};

/* EMPTY: all read (also when records were refused). REJECT: an input could not be opened or read on; said already. */
PSYNC_CHECKED enum psync_result psync_products_each(struct psync_products *p, struct psync_error *err);

/* The name of an input in messages: its path, or "standard input". */
const char *psync_products_name(const struct psync_invocation *inv, size_t file);

#endif

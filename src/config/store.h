/* store - a psync_config while it is made, and what it needs to explain itself: each value's spelling and origin.
 *
 * Every setting has a slot; its text is owned there and the psync_config's texts point into the slots. A stronger
 * origin is never overwritten by a weaker one, so the sources may be read in any order. Within src/config only. */
#ifndef PSYNC_CONFIG_STORE_H
#define PSYNC_CONFIG_STORE_H

#include "config/load.h"
#include "config/options.h"

struct psync_slot {
    char *text;               /* canonical spelling; never NULL in a finished store */
    char *where;              /* "productsync.conf:12", "--set", "MY_API_URL"; NULL: the default */
    enum psync_origin origin;
};

/* One slot per row of the option table; rows that do not belong there stay empty. */
struct psync_slots {
    struct psync_slot *slot;
    char *where;              /* of a destination: where it was first named; NULL: nowhere */
};

struct psync_store {
    struct psync_config pub;          /* first: a psync_config * is a psync_store * */
    struct psync_slots global;
    struct psync_slots *destinations; /* for each of pub.destinations */
    struct psync_slots *shops;        /* for each of pub.shops */
};

/* Which fields a setting is written to: those of destination or shop number N, as the option's flags say, or the
 * others. */
enum { PSYNC_GLOBAL = -1 };

/* All defaults, and the destination "default". Freed by psync_config_free(&store->pub). NULL: out of memory. */
struct psync_store *psync_store_new(void);
/* Finds or adds (with defaults) a destination; `name` has been checked. */
PSYNC_CHECKED enum psync_result psync_store_destination(struct psync_store *s, const char *name, int *ret_index);
/* Remembers where it was first named; `where` is copied. NOMEM. */
PSYNC_CHECKED enum psync_result psync_store_named_at(struct psync_store *s, int index, const char *where);
void psync_store_remove_destination(struct psync_store *s, int index);
/* Finds or adds a shop; `name` has been checked. */
PSYNC_CHECKED enum psync_result psync_store_shop(struct psync_store *s, const char *name, int *ret_index);
void psync_store_remove_shops(struct psync_store *s);

struct psync_slot *psync_store_slot(const struct psync_store *s, int where, const struct psync_option *o);

/* Checks the text and, unless a stronger origin is there, takes it over. REJECT: what is expected, not the value. */
struct psync_setting {
    const struct psync_option *option;
    int index;                /* of the destination, or PSYNC_GLOBAL */
    const char *text;
    enum psync_origin origin;
    const char *where;        /* copied; NULL: none */
};
PSYNC_CHECKED enum psync_result psync_store_set(struct psync_store *s, const struct psync_setting *setting,
                                                struct psync_error *err);

/* "retry.attempts", "destination.url", "destination eu.url", "shop main.path". */
enum { PSYNC_SETTING_NAME_MAX = 160 };
const char *psync_store_name(const struct psync_store *s, int index, const struct psync_option *o,
                             char ret_name[PSYNC_SETTING_NAME_MAX]);

/* Puts "WHERE: NAME = VALUE: " before the reason in `err`; a value that is or may hold a secret is left out, a long one
 * cut. `text` NULL: NAME alone. */
void psync_store_explain(const struct psync_store *s, const struct psync_setting *setting, struct psync_error *err);

/* The value for people: secrets as "********", a URL's query as "?********". Appends; NOMEM. */
PSYNC_CHECKED enum psync_result psync_store_shown(const struct psync_option *o, const char *text,
                                                  struct psync_buf *out);

#endif

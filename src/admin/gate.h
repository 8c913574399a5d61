/* gate - may this request pass? Everything that comes over TCP is asked, before its body is read.
 *
 * In this order: is the header Host one of ours (a page that rebinds its name to 127.0.0.1 still says its own name
 * there); did it come through the proxy that serve.proxy names, or directly where none is named; is the client within
 * its limit; who is it; may he do that; and, for a change with a cookie, does it come from our own page. No I/O but
 * for the accounts' file: whether it changed, once a second and at each token that is not known. Any thread. */
#ifndef PSYNC_ADMIN_GATE_H
#define PSYNC_ADMIN_GATE_H

#include "admin/accounts.h"
#include "admin/address.h"
#include "config/config.h"

struct psync_gate; /* opaque */

/* What a request says of itself; texts are borrowed, NULL: absent. */
struct psync_knock {
    enum psync_scope scope;       /* what its route asks for */
    bool changes;                 /* by its method */
    const char *peer;             /* the address it comes from */
    const char *host;
    unsigned n_hosts;             /* fields of that name */
    const char *authorization, *cookie, *csrf, *origin, *fetch_site;
    const char *forwarded_for, *forwarded_proto;
    bool forwarded;               /* any field that a proxy adds */
    psync_ms wall;                /* psync_clock_wall: tokens end by it */
};

enum psync_passage {
    PSYNC_PASS,
    PSYNC_REFUSE_HOST,    /* 421 */
    PSYNC_REFUSE_PROXY,   /* 403: not through the proxy that serve.proxy names, or through one it does not */
    PSYNC_REFUSE_PLAIN,   /* 403: the proxy took it without TLS */
    PSYNC_REFUSE_RATE,    /* 429 */
    PSYNC_REFUSE_UNKNOWN, /* 401 */
    PSYNC_REFUSE_SCOPE,   /* 403 */
    PSYNC_REFUSE_FORGED,  /* 403 */
    PSYNC_PASSAGES
};

enum psync_caller_kind { PSYNC_CALLER_NOBODY, PSYNC_CALLER_TOKEN, PSYNC_CALLER_USER };
struct psync_caller {
    enum psync_caller_kind kind;
    char name[PSYNC_ACCOUNT_NAME];
    unsigned rights;              /* also of NOBODY: to read, on loopback */
    char client[PSYNC_CLIENT_MAX];/* his address, as far as it is known */
    char csrf[PSYNC_RANDOM_TEXT]; /* of a user's session; "" */
    psync_ms expires_at;          /* of a user's session, if he does nothing more; 0 */
    bool presented;               /* a token or a cookie, whether it counts or not */
};

/* `encrypted`: serve speaks TLS itself. */
PSYNC_CHECKED enum psync_result psync_gate_new(const struct psync_config *config, bool encrypted,
                                               struct psync_gate **ret_gate, struct psync_error *err);
void psync_gate_free(struct psync_gate *g); /* NULL is fine */
/* hosts, login, session and rate of a reload. NOMEM: as before. */
PSYNC_CHECKED enum psync_result psync_gate_set_config(struct psync_gate *g, const struct psync_config *config,
                                                      struct psync_error *err);

enum psync_passage psync_gate_judge(struct psync_gate *g, const struct psync_knock *knock, psync_ms now,
                                    struct psync_caller *ret_caller);
/* Who it is, without judging. */
void psync_gate_recognize(struct psync_gate *g, const struct psync_knock *knock, psync_ms now,
                          struct psync_caller *ret_caller);

/* ---- logging in ---- */
/* 0: he may try; else how long he must wait. `client` as of psync_caller. */
psync_ms psync_gate_login_wait(struct psync_gate *g, const char *user, const char *client, psync_ms now);
/* Hashes: some tens of milliseconds and 19 MiB, so one at a time, and not on the server's thread. OK; EMPTY: no such
 * user with that password; NOMEM: it was not tried. The cookie's value goes to the client, and nowhere else. */
PSYNC_CHECKED enum psync_result psync_gate_login(struct psync_gate *g, const char *user, const char *password,
                                                 const char *client, psync_ms now, struct psync_caller *ret_caller,
                                                 char ret_cookie[PSYNC_RANDOM_TEXT]);
bool psync_gate_knows(struct psync_gate *g, const char *user); /* is there one of that name? */
void psync_gate_logout(struct psync_gate *g, const char *cookie_field);

/* "__Host-productsync" over TLS: then the browser itself sees to it that nobody else sets it (RFC 6265bis, section
 * 4.1.3.2). */
const char *psync_gate_cookie_name(const struct psync_gate *g);
bool psync_gate_encrypted(const struct psync_gate *g); /* by us or by the proxy */

/* Is that listening address loopback? Names but localhost are not. */
bool psync_gate_is_loopback(const char *listen);
/* May `serve` listen so? REJECT: one clear line. */
PSYNC_CHECKED enum psync_result psync_gate_check_config(const struct psync_config *config, struct psync_error *err);

#endif

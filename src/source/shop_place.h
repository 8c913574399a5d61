/* shop_place - where a shop's database is, and the key of its secrets: from [shop NAME] and, with `path`, from the shop's own
 * app/config/parameters.php. What the section says wins. */
#ifndef PSYNC_SOURCE_SHOP_PLACE_H
#define PSYNC_SOURCE_SHOP_PLACE_H

#include "config/config.h"

enum { PSYNC_SHOP_PREFIX_MAX = 33 };
struct psync_shop_place {
    char host[256];     /* a name or an address; with a socket "localhost" */
    unsigned port;      /* 0: the server's usual one */
    char socket[256];   /* "" : host and port */
    char user[129], password[1024], database[65], prefix[PSYNC_SHOP_PREFIX_MAX];
    char key[1024];     /* "" : not known */
    char ca_file[1024]; /* "" : no TLS is asked for */
};

/* A database server as people write it: host, host:port, [v6]:port, host:/socket, /socket; `port` ("" or "0": none) is what
 * parameters.php names beside it. As PrestaShop's Db reads it. REJECT: too long, or no port. Pure. */
PSYNC_CHECKED enum psync_result psync_shop_host_parse(const char *text, const char *port, struct psync_shop_place *place,
                                                      struct psync_error *err);
/* Reads the files that `conf` names. REJECT: one clear line with the file and the remedy. */
PSYNC_CHECKED enum psync_result psync_shop_place_find(const struct psync_shop_conf *conf, struct psync_shop_place *ret_place,
                                                      struct psync_error *err);
void psync_shop_place_wipe(struct psync_shop_place *place);

#endif

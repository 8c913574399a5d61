/* address - the addresses and names that requests bear, as texts. Pure. */
#ifndef PSYNC_ADMIN_ADDRESS_H
#define PSYNC_ADMIN_ADDRESS_H

#include <stdbool.h>

enum { PSYNC_HOST_MAX = 256, PSYNC_CLIENT_MAX = 64 };

bool psync_address_is_ip(const char *text);
bool psync_address_is_loopback(const char *text); /* an IP address, also an IPv4 one in IPv6 */
/* "[::1]:9470", "localhost:9470", "name": what stands before the port, without brackets. False: it is none of these. */
bool psync_address_host(const char *text, char ret_host[PSYNC_HOST_MAX]);
/* Is that name one of a list separated by commas? In any case. */
bool psync_address_listed(const char *list, const char *name);
/* Whose requests are counted together: an address, and of IPv6 its network, since whoever has one address there has a
 * whole /64 of them (RFC 6177). */
void psync_address_network(const char *address, char ret_network[PSYNC_CLIENT_MAX]);
/* As inet_ntop spells it, so that texts can be compared; what is no IPv6 address stays as it is. */
void psync_address_spell(const char *address, char ret_text[PSYNC_CLIENT_MAX]);

#endif

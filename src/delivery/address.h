/* address - may a request go to this address? The guard against a host name that leads into the operator's own network.
 *
 * Asked with the address that is connected to, not with the name, so that an answer of the name service that changes
 * between a check and its use (DNS rebinding) gains nothing. Pure. */
#ifndef PSYNC_DELIVERY_ADDRESS_H
#define PSYNC_DELIVERY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum psync_address_rule {
    PSYNC_ADDRESS_ANY,      /* the operator said so: allow_private, an IP literal of his own, or a proxy that decides */
    PSYNC_ADDRESS_LOOPBACK, /* the name was `localhost`: this machine and no other */
    PSYNC_ADDRESS_PUBLIC    /* everywhere but private, link-local, multicast and reserved networks */
};

/* NULL: allowed; else what the address is, in a few words ("a private address"). Addresses that carry an IPv4 address
 * (mapped, NAT64, 6to4) are judged by that one. Other families than IPv4 and IPv6 are refused. */
const char *psync_address_check(const struct sockaddr *address, enum psync_address_rule rule);

/* Whether the text is an IPv4 or IPv6 address, not a name. */
bool psync_address_is_literal(const char *text);
/* The same check for an address as text ("10.0.0.1", "fe80::1%eth0"). */
const char *psync_address_check_text(const char *text, enum psync_address_rule rule);

/* The address as text, without its port; "" for other families. */
void psync_address_format(const struct sockaddr *address, char *ret_text, size_t size);

#endif

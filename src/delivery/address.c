/* address - may a request go to this address? Networks of the IANA special-purpose registries (RFC 6890). */
#include "delivery/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

static const char LOOPBACK[] = "a loopback address", PRIVATE[] = "a private address",
                  LINK_LOCAL[] = "a link-local address", MULTICAST[] = "a multicast address",
                  RESERVED[] = "a reserved address", UNKNOWN[] = "not an internet address";

struct network {
    uint8_t bytes[16];
    unsigned bits;
    const char *what;
    int embedded; /* where an IPv4 address lies in it; 0: nowhere */
};

static const struct network ipv4[] = {
    {{0}, 8, RESERVED, 0},               /* "this network", RFC 791; Linux takes 0.0.0.0 for loopback */
    {{10}, 8, PRIVATE, 0},               /* RFC 1918 */
    {{100, 64}, 10, PRIVATE, 0},         /* shared address space, RFC 6598 */
    {{127}, 8, LOOPBACK, 0},             /* RFC 1122 */
    {{169, 254}, 16, LINK_LOCAL, 0},     /* RFC 3927; the clouds' metadata services live here */
    {{172, 16}, 12, PRIVATE, 0},         /* RFC 1918 */
    {{192, 0, 0}, 24, RESERVED, 0},      /* IETF protocol assignments, RFC 6890; a metadata service too */
    {{192, 168}, 16, PRIVATE, 0},        /* RFC 1918 */
    {{198, 18}, 15, PRIVATE, 0},         /* benchmarking, RFC 2544 */
    {{224}, 4, MULTICAST, 0},            /* RFC 5771 */
    {{240}, 4, RESERVED, 0},             /* RFC 1112; 255.255.255.255 */
};

static const struct network ipv6[] = {
    {{[15] = 1}, 128, LOOPBACK, 0},                                        /* ::1, RFC 4291 */
    {{0}, 128, RESERVED, 0},                                               /* :: */
    {{[10] = 0xff, [11] = 0xff}, 96, NULL, 12},                            /* ::ffff:0:0/96, IPv4-mapped, RFC 4291 */
    {{0}, 96, NULL, 12},                                                   /* ::/96, IPv4-compatible, RFC 4291 */
    {{0x00, 0x64, 0xff, 0x9b}, 96, NULL, 12},                              /* 64:ff9b::/96, NAT64, RFC 6052 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, PRIVATE, 0},                /* 64:ff9b:1::/48, RFC 8215 */
    {{0x20, 0x01, 0x00, 0x00}, 32, RESERVED, 0},                           /* Teredo, RFC 4380 */
    {{0x20, 0x02}, 16, NULL, 2},                                           /* 2002::/16, 6to4, RFC 3056 */
    {{0xfc}, 7, PRIVATE, 0},                                               /* unique local, RFC 4193 */
    {{0xfe, 0x80}, 10, LINK_LOCAL, 0},                                     /* RFC 4291 */
    {{0xfe, 0xc0}, 10, PRIVATE, 0},                                        /* site-local, RFC 3879 */
    {{0xff}, 8, MULTICAST, 0},                                             /* RFC 4291 */
};

static bool inside(const uint8_t *address, const struct network *net)
{
    size_t whole = net->bits / 8;
    unsigned rest = net->bits % 8;
    if (memcmp(address, net->bytes, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ net->bytes[whole]) >> (8 - rest)) == 0;
}

static const struct network *find(const uint8_t *address, const struct network *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (inside(address, &table[i]))
            return &table[i];
    return NULL;
}

/* What is special about the address; NULL: nothing. */
static const char *kind_of_ipv4(const uint8_t *address)
{
    const struct network *net = find(address, ipv4, sizeof ipv4 / sizeof ipv4[0]);
    return net ? net->what : NULL;
}

static const char *kind_of_ipv6(const uint8_t *address)
{
    const struct network *net = find(address, ipv6, sizeof ipv6 / sizeof ipv6[0]);
    if (!net)
        return NULL;
    return net->embedded ? kind_of_ipv4(address + net->embedded) : net->what;
}

static const char *judge(const char *kind, enum psync_address_rule rule)
{
    if (rule == PSYNC_ADDRESS_LOOPBACK)
        return kind == LOOPBACK ? NULL : kind ? kind : "not a loopback address";
    return kind;
}

const char *psync_address_check(const struct sockaddr *address, enum psync_address_rule rule)
{
    if (rule == PSYNC_ADDRESS_ANY)
        return NULL;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in; /* copied: a sockaddr need not be aligned for its family */
        memcpy(&in, address, sizeof in);
        return judge(kind_of_ipv4((const uint8_t *)&in.sin_addr), rule);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return judge(kind_of_ipv6((const uint8_t *)&in6.sin6_addr), rule);
    }
    return UNKNOWN;
}

/* AF_INET or AF_INET6 and its bytes; 0: no address. */
static int parse(const char *text, uint8_t ret_bytes[16])
{
    char plain[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "%"); /* without a zone (RFC 4007) */
    if (len >= sizeof plain)
        return 0;
    memcpy(plain, text, len);
    plain[len] = '\0';
    if (inet_pton(AF_INET, plain, ret_bytes) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, plain, ret_bytes) == 1 ? AF_INET6 : 0;
}

bool psync_address_is_literal(const char *text)
{
    uint8_t bytes[16];
    return parse(text, bytes) != 0;
}

const char *psync_address_check_text(const char *text, enum psync_address_rule rule)
{
    uint8_t bytes[16];
    if (rule == PSYNC_ADDRESS_ANY)
        return NULL;
    int family = parse(text, bytes);
    if (family == 0)
        return UNKNOWN;
    return judge(family == AF_INET ? kind_of_ipv4(bytes) : kind_of_ipv6(bytes), rule);
}

void psync_address_format(const struct sockaddr *address, char *ret_text, size_t size)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    const char *text = NULL;
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        text = inet_ntop(AF_INET, &in.sin_addr, ret_text, (socklen_t)size);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        text = inet_ntop(AF_INET6, &in6.sin6_addr, ret_text, (socklen_t)size);
    }
    if (!text && size > 0)
        ret_text[0] = '\0';
}

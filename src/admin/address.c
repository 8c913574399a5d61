/* address - see the header. */
#include "admin/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool psync_address_is_ip(const char *text)
{
    struct in6_addr room;
    return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1;
}

bool psync_address_is_loopback(const char *text)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, text, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127));
}

bool psync_address_host(const char *text, char ret_host[PSYNC_HOST_MAX])
{
    const char *end = text[0] == '[' ? strchr(text, ']') : text + strcspn(text, ":");
    const char *begin = text + (text[0] == '[');
    if (!end || end == begin || (size_t)(end - begin) >= PSYNC_HOST_MAX)
        return false;
    const char *port = end + (*end == ']');
    if (*port && (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1)))
        return false;
    memcpy(ret_host, begin, (size_t)(end - begin));
    ret_host[end - begin] = '\0';
    return true;
}

bool psync_address_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
        size_t n = strcspn(at, ",");
        if (n == len && strncasecmp(at, name, n) == 0)
            return true;
    }
    return false;
}

void psync_address_network(const char *address, char ret_network[PSYNC_CLIENT_MAX])
{
    struct in6_addr v6;
    if (inet_pton(AF_INET6, address, &v6) == 1 && !IN6_IS_ADDR_V4MAPPED(&v6)) {
        memset(v6.s6_addr + 8, 0, 8);
        if (inet_ntop(AF_INET6, &v6, ret_network, PSYNC_CLIENT_MAX))
            return;
    }
    snprintf(ret_network, PSYNC_CLIENT_MAX, "%s", address);
}

void psync_address_spell(const char *address, char ret_text[PSYNC_CLIENT_MAX])
{
    struct in6_addr v6;
    if (inet_pton(AF_INET6, address, &v6) != 1 || !inet_ntop(AF_INET6, &v6, ret_text, PSYNC_CLIENT_MAX))
        snprintf(ret_text, PSYNC_CLIENT_MAX, "%s", address);
}

/* test_address - which addresses a host name may lead to. */
#include "delivery/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const struct {
    const char *address;
    const char *what; /* NULL: public */
} addresses[] = {
    {"8.8.8.8", NULL},
    {"1.1.1.1", NULL},
    {"0.0.0.0", "a reserved address"},
    {"0.1.2.3", "a reserved address"},
    {"9.255.255.255", NULL},
    {"10.0.0.0", "a private address"},
    {"10.255.255.255", "a private address"},
    {"11.0.0.0", NULL},
    {"100.63.255.255", NULL},
    {"100.64.0.0", "a private address"},
    {"100.127.255.255", "a private address"},
    {"100.128.0.0", NULL},
    {"100.100.100.200", "a private address"}, /* a metadata service */
    {"127.0.0.1", "a loopback address"},
    {"127.255.255.255", "a loopback address"},
    {"128.0.0.0", NULL},
    {"169.253.255.255", NULL},
    {"169.254.169.254", "a link-local address"}, /* a metadata service */
    {"172.15.255.255", NULL},
    {"172.16.0.1", "a private address"},
    {"172.31.255.255", "a private address"},
    {"172.32.0.0", NULL},
    {"192.0.0.192", "a reserved address"}, /* a metadata service */
    {"192.0.1.0", NULL},
    {"192.167.255.255", NULL},
    {"192.168.0.1", "a private address"},
    {"192.169.0.0", NULL},
    {"198.17.255.255", NULL},
    {"198.18.0.1", "a private address"},
    {"198.19.255.255", "a private address"},
    {"198.20.0.0", NULL},
    {"223.255.255.255", NULL},
    {"224.0.0.1", "a multicast address"},
    {"239.255.255.255", "a multicast address"},
    {"240.0.0.1", "a reserved address"},
    {"255.255.255.255", "a reserved address"},
    {"2606:4700::1111", NULL},
    {"2001:db7::1", NULL},
    {"::", "a reserved address"},
    {"::1", "a loopback address"},
    {"::2", "a reserved address"}, /* IPv4-compatible 0.0.0.2 */
    {"::7f00:1", "a loopback address"},
    {"::ffff:127.0.0.1", "a loopback address"},
    {"::ffff:10.1.2.3", "a private address"},
    {"::ffff:169.254.169.254", "a link-local address"},
    {"::ffff:8.8.8.8", NULL},
    {"64:ff9b::8.8.8.8", NULL},
    {"64:ff9b::10.0.0.1", "a private address"},
    {"64:ff9b::127.0.0.1", "a loopback address"},
    {"64:ff9b:1::1", "a private address"},
    {"2001:0:1::1", "a reserved address"}, /* Teredo */
    {"2002:0808:0808::1", NULL},
    {"2002:0a00:0001::1", "a private address"},
    {"2002:7f00:0001::1", "a loopback address"},
    {"fbff::1", NULL},
    {"fc00::1", "a private address"},
    {"fd00:ec2::254", "a private address"}, /* a metadata service */
    {"fdff:ffff::1", "a private address"},
    {"fe00::1", NULL},
    {"fe80::1", "a link-local address"},
    {"fe80::1%eth0", "a link-local address"},
    {"febf::1", "a link-local address"},
    {"fec0::1", "a private address"},
    {"ff02::1", "a multicast address"},
    {"not an address", "not an internet address"},
    {"127.1", "not an internet address"}, /* the URL parser has made it 127.0.0.1 before */
    {"", "not an internet address"},
};

static void expect(const char *address, const char *what, const char *got)
{
    if (what == NULL ? got != NULL : got == NULL || strcmp(got, what) != 0)
        fail_msg("%s: %s instead of %s", address, got ? got : "public", what ? what : "public");
}

static const struct sockaddr *as_sockaddr(const char *text, struct sockaddr_storage *ss)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    memset(ss, 0, sizeof *ss);
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        memcpy(ss, &in, sizeof in);
    else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
        memcpy(ss, &in6, sizeof in6);
    else
        return NULL;
    return (const struct sockaddr *)ss;
}

static void test_public_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct sockaddr_storage ss;
        const char *address = addresses[i].address;
        const struct sockaddr *sa = as_sockaddr(address, &ss);
        expect(address, addresses[i].what, psync_address_check_text(address, PSYNC_ADDRESS_PUBLIC));
        if (sa)
            expect(address, addresses[i].what, psync_address_check(sa, PSYNC_ADDRESS_PUBLIC));
    }
}

static void test_loopback_rule(void **state)
{
    (void)state;
    assert_null(psync_address_check_text("127.0.0.1", PSYNC_ADDRESS_LOOPBACK));
    assert_null(psync_address_check_text("::1", PSYNC_ADDRESS_LOOPBACK));
    assert_null(psync_address_check_text("::ffff:127.0.0.1", PSYNC_ADDRESS_LOOPBACK));
    assert_string_equal(psync_address_check_text("8.8.8.8", PSYNC_ADDRESS_LOOPBACK), "not a loopback address");
    assert_string_equal(psync_address_check_text("10.0.0.1", PSYNC_ADDRESS_LOOPBACK), "a private address");
}

static void test_any_rule(void **state)
{
    struct sockaddr unix_address = {.sa_family = AF_UNIX};
    (void)state;
    assert_null(psync_address_check_text("10.0.0.1", PSYNC_ADDRESS_ANY));
    assert_null(psync_address_check(&unix_address, PSYNC_ADDRESS_ANY));
    assert_non_null(psync_address_check(&unix_address, PSYNC_ADDRESS_PUBLIC));
}

static void test_format(void **state)
{
    struct sockaddr_storage ss;
    struct sockaddr unix_address = {.sa_family = AF_UNIX};
    char text[64] = "x";
    (void)state;
    psync_address_format(as_sockaddr("10.1.2.3", &ss), text, sizeof text);
    assert_string_equal(text, "10.1.2.3");
    psync_address_format(as_sockaddr("fe80::1", &ss), text, sizeof text);
    assert_string_equal(text, "fe80::1");
    psync_address_format(&unix_address, text, sizeof text);
    assert_string_equal(text, "");
    assert_true(psync_address_is_literal("::1"));
    assert_false(psync_address_is_literal("localhost"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public_rule),
        cmocka_unit_test(test_loopback_rule),
        cmocka_unit_test(test_any_rule),
        cmocka_unit_test(test_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

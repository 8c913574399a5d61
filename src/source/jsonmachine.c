/* jsonmachine - one small function per state of RFC 8259's grammar, and a loop that runs through strings. */
#include "source/jsonmachine.h"

#include <string.h>

enum state {
    VALUE, FIRST_ITEM, FIRST_KEY, KEY, COLON, AFTER, STRING, ESCAPE, HEX1, HEX2, HEX3, HEX4, LITERAL,
    MINUS, ZERO, INTEGER, POINT, FRACTION, E, E_SIGN, EXPONENT, STATES
};

typedef enum psync_json_step step(struct psync_json_machine *m, unsigned char c);

static enum psync_json_step to(struct psync_json_machine *m, enum state next)
{
    m->state = (uint8_t)next;
    return PSYNC_JSON_MORE;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool in_object(const struct psync_json_machine *m)
{
    unsigned level = m->depth - 1;
    return (m->objects[level / 64] >> (level % 64) & 1) != 0;
}

static enum psync_json_step open_container(struct psync_json_machine *m, bool object)
{
    if (m->depth == PSYNC_JSON_NESTING_MAX)
        return PSYNC_JSON_WRONG;
    uint64_t bit = (uint64_t)1 << (m->depth % 64);
    if (object)
        m->objects[m->depth / 64] |= bit;
    else
        m->objects[m->depth / 64] &= ~bit;
    m->depth++;
    if (m->depth > m->deepest)
        m->deepest = m->depth;
    return to(m, object ? FIRST_KEY : FIRST_ITEM);
}

static enum psync_json_step end_value(struct psync_json_machine *m)
{
    to(m, AFTER);
    return m->depth == 0 ? PSYNC_JSON_DONE : PSYNC_JSON_MORE;
}

static enum psync_json_step close_container(struct psync_json_machine *m)
{
    m->depth--;
    return end_value(m);
}

static enum psync_json_step begin_string(struct psync_json_machine *m, bool key)
{
    m->key = key;
    return to(m, STRING);
}

static enum psync_json_step begin_literal(struct psync_json_machine *m, const char *rest)
{
    m->literal = rest;
    return to(m, LITERAL);
}

static enum psync_json_step value(struct psync_json_machine *m, unsigned char c)
{
    switch (c) {
    case ' ': case '\n': case '\r': case '\t':
        return to(m, VALUE);
    case '"':
        return begin_string(m, false);
    case '{':
        return open_container(m, true);
    case '[':
        return open_container(m, false);
    case '-':
        return to(m, MINUS);
    case '0':
        return to(m, ZERO);
    case 't':
        return begin_literal(m, "rue");
    case 'f':
        return begin_literal(m, "alse");
    case 'n':
        return begin_literal(m, "ull");
    default:
        return is_digit(c) ? to(m, INTEGER) : PSYNC_JSON_WRONG;
    }
}

static enum psync_json_step first_item(struct psync_json_machine *m, unsigned char c)
{
    if (is_space(c))
        return PSYNC_JSON_MORE;
    return c == ']' ? close_container(m) : value(m, c);
}

static enum psync_json_step key(struct psync_json_machine *m, unsigned char c)
{
    if (is_space(c))
        return PSYNC_JSON_MORE;
    return c == '"' ? begin_string(m, true) : PSYNC_JSON_WRONG;
}

static enum psync_json_step first_key(struct psync_json_machine *m, unsigned char c)
{
    return c == '}' ? close_container(m) : key(m, c);
}

static enum psync_json_step colon(struct psync_json_machine *m, unsigned char c)
{
    if (is_space(c))
        return PSYNC_JSON_MORE;
    return c == ':' ? to(m, VALUE) : PSYNC_JSON_WRONG;
}

static enum psync_json_step after(struct psync_json_machine *m, unsigned char c)
{
    if (is_space(c))
        return PSYNC_JSON_MORE;
    bool object = in_object(m);
    if (c == ',')
        return to(m, object ? KEY : VALUE);
    return c == (object ? '}' : ']') ? close_container(m) : PSYNC_JSON_WRONG;
}

static enum psync_json_step string(struct psync_json_machine *m, unsigned char c)
{
    if (c == '"')
        return m->key ? to(m, COLON) : end_value(m);
    if (c == '\\')
        return to(m, ESCAPE);
    return c < 0x20 ? PSYNC_JSON_WRONG : PSYNC_JSON_MORE;
}

static enum psync_json_step escape(struct psync_json_machine *m, unsigned char c)
{
    if (c == 'u')
        return to(m, HEX1);
    return c != '\0' && strchr("\"\\/bfnrt", c) != NULL ? to(m, STRING) : PSYNC_JSON_WRONG;
}

static enum psync_json_step hex(struct psync_json_machine *m, unsigned char c)
{
    bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!is_hex)
        return PSYNC_JSON_WRONG;
    return to(m, m->state == HEX4 ? STRING : (enum state)(m->state + 1));
}

static enum psync_json_step literal(struct psync_json_machine *m, unsigned char c)
{
    if (c != (unsigned char)*m->literal)
        return PSYNC_JSON_WRONG;
    m->literal++;
    return *m->literal == '\0' ? end_value(m) : PSYNC_JSON_MORE;
}

static bool number_may_end(enum state s)
{
    return s == ZERO || s == INTEGER || s == FRACTION || s == EXPONENT;
}

/* number = [ minus ] int [ frac ] [ exp ] */
static enum psync_json_step number(struct psync_json_machine *m, unsigned char c)
{
    enum state s = (enum state)m->state;
    if (is_digit(c) && s != ZERO) {
        static const uint8_t next[STATES] = {[MINUS] = INTEGER, [INTEGER] = INTEGER, [POINT] = FRACTION,
                                             [FRACTION] = FRACTION, [E] = EXPONENT, [E_SIGN] = EXPONENT,
                                             [EXPONENT] = EXPONENT};
        return to(m, s == MINUS && c == '0' ? ZERO : (enum state)next[s]);
    }
    if (c == '.' && (s == ZERO || s == INTEGER))
        return to(m, POINT);
    if ((c == 'e' || c == 'E') && (s == ZERO || s == INTEGER || s == FRACTION))
        return to(m, E);
    if ((c == '+' || c == '-') && s == E)
        return to(m, E_SIGN);
    if (!number_may_end(s) || m->depth == 0)
        return PSYNC_JSON_WRONG; /* at depth 0 psync_json_machine_feed has looked before */
    to(m, AFTER);
    return after(m, c);
}

static step *const steps[STATES] = {
    [VALUE] = value,   [FIRST_ITEM] = first_item, [FIRST_KEY] = first_key, [KEY] = key,       [COLON] = colon,
    [AFTER] = after,   [STRING] = string,         [ESCAPE] = escape,       [HEX1] = hex,      [HEX2] = hex,
    [HEX3] = hex,      [HEX4] = hex,              [LITERAL] = literal,     [MINUS] = number,  [ZERO] = number,
    [INTEGER] = number, [POINT] = number,         [FRACTION] = number,     [E] = number,      [E_SIGN] = number,
    [EXPONENT] = number};

void psync_json_machine_init(struct psync_json_machine *m)
{
    m->state = VALUE;
    m->key = false;
    m->depth = m->deepest = 0;
    m->literal = NULL;
    memset(m->objects, 0, sizeof m->objects);
}

/* A number that stands alone ends before a byte that cannot continue a value. */
static bool ends_lone_number(const struct psync_json_machine *m, unsigned char c)
{
    return m->depth == 0 && number_may_end((enum state)m->state) && (is_space(c) || c == ',' || c == ']' || c == '}');
}

enum psync_json_step psync_json_machine_feed(struct psync_json_machine *m, const char *bytes, size_t n,
                                             size_t *ret_used)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (m->state == STRING) {
            while (c >= 0x20 && c != '"' && c != '\\' && i + 1 < n)
                c = (unsigned char)bytes[++i];
        } else if (ends_lone_number(m, c)) {
            *ret_used = i;
            return PSYNC_JSON_DONE;
        }
        enum psync_json_step r = steps[m->state](m, c);
        if (r != PSYNC_JSON_MORE) {
            *ret_used = r == PSYNC_JSON_DONE ? i + 1 : i;
            return r;
        }
    }
    *ret_used = n;
    return PSYNC_JSON_MORE;
}

bool psync_json_machine_finish(const struct psync_json_machine *m)
{
    return m->depth == 0 && number_may_end((enum state)m->state);
}

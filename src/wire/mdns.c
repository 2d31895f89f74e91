/* mdns.c -- multicast DNS packets: nothing read is trusted, what is written is
 * compressed. */
#include "wire/mdns.h"

#include <string.h>

#include "base/hash.h"

enum {
    HEADER = 12,
    COUNTS = 4, /* where the header counts its sections */
    CLASS_IN = 1,
    CLASS_TOP = 0x8000,
    OPCODE_AND_RESULT = 0x780f,
    POINTER = 0xc0, /* the two top bits, which mark a pointer instead of a
                       length */
    POINTER_MAX = 0x3fff
};

/* ---- names -------------------------------------------------------------- */

static int add_label(struct mdns_name *n, const uint8_t *bytes, size_t len)
{
    /* One byte stays free for the root. */
    if (len > MDNS_LABEL_MAX || n->len + 1 + len + 1 > MDNS_NAME_MAX)
        return -1;
    n->wire[n->len++] = (uint8_t)len;
    memcpy(n->wire + n->len, bytes, len);
    n->len = (uint8_t)(n->len + len);
    return 0;
}

static void add_root(struct mdns_name *n)
{
    n->wire[n->len++] = 0;
}

int eo_mdns_name(struct mdns_name *n, const char *text)
{
    uint8_t label[MDNS_LABEL_MAX + 1];
    size_t len = 0;

    *n = (struct mdns_name){0};
    for (; *text != '\0'; text++) {
        if (*text == '.') {
            if (len == 0 || add_label(n, label, len) != 0)
                return -1;
            len = 0;
            continue;
        }
        if (*text == '\\' && text[1] != '\0')
            text++;
        if (len == sizeof label)
            return -1;
        label[len++] = (uint8_t)*text;
    }
    if (len > 0 && add_label(n, label, len) != 0)
        return -1;
    if (n->len == 0)
        return -1;
    add_root(n);
    return 0;
}

int eo_mdns_prefix(struct mdns_name *n, const char *label, size_t len,
                   const struct mdns_name *behind)
{
    *n = (struct mdns_name){0};
    if (len == 0 || add_label(n, (const uint8_t *)label, len) != 0 ||
        n->len + behind->len > MDNS_NAME_MAX)
        return -1;
    memcpy(n->wire + n->len, behind->wire, behind->len);
    n->len = (uint8_t)(n->len + behind->len);
    return 0;
}

/* Lengths are at most 63 and so are never mistaken for letters. */
static bool same_bytes(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (eo_lower((char)a[i]) != eo_lower((char)b[i]))
            return false;
    return true;
}

bool eo_mdns_same(const struct mdns_name *a, const struct mdns_name *b)
{
    return a->len == b->len && same_bytes(a->wire, b->wire, a->len);
}

uint32_t eo_mdns_hash(const struct mdns_name *n)
{
    uint32_t h = EO_HASH_START;

    for (size_t i = 0; i < n->len; i++)
        h = eo_hash_byte(h, (uint8_t)eo_lower((char)n->wire[i]));
    return h;
}

bool eo_mdns_child(const struct mdns_name *n, const struct mdns_name *parent)
{
    const size_t first = n->len > 0 ? 1u + n->wire[0] : 0;

    return first > 1 && n->len == first + parent->len &&
           same_bytes(n->wire + first, parent->wire, parent->len);
}

const char *eo_mdns_first(const struct mdns_name *n, size_t *len)
{
    *len = n->len > 0 ? n->wire[0] : 0;
    return (const char *)n->wire + 1;
}

void eo_mdns_add_text(struct text *t, const struct mdns_name *n)
{
    for (size_t at = 0; at < n->len && n->wire[at] != 0;
         at += 1u + n->wire[at]) {
        const char *label = (const char *)n->wire + at + 1;
        size_t from = 0;

        if (at > 0)
            eo_text_add(t, ".");
        for (size_t i = 0; i < n->wire[at]; i++) {
            if (label[i] != '.' && label[i] != '\\')
                continue;
            eo_text_add_safe(t, label + from, i - from);
            eo_text_add(t, "\\%c", label[i]);
            from = i + 1;
        }
        eo_text_add_safe(t, label + from, n->wire[at] - from);
    }
}

/* ---- reading ------------------------------------------------------------ */

/* Reads a name and moves past it.  A pointer must lead to somewhere before the
 * part of the name that it ends: so there is no loop, and no packet makes us
 * follow more pointers than a name has labels. */
static int take_name(const uint8_t *start, struct reader *r,
                     struct mdns_name *n)
{
    struct reader here = *r;
    const uint8_t *piece = r->at;
    bool jumped = false;

    *n = (struct mdns_name){0};
    for (;;) {
        const uint8_t len = eo_take_u8(&here);
        const uint8_t *label;

        if (here.bad)
            return -1;
        if ((len & POINTER) == POINTER) {
            const size_t to = (size_t)(len & ~POINTER) << 8 | eo_take_u8(&here);

            if (here.bad || to < HEADER || to >= (size_t)(piece - start))
                return -1;
            if (!jumped)
                r->at = here.at;
            jumped = true;
            here.at = piece = start + to;
            continue;
        }
        if (len == 0)
            break;
        label = eo_take(&here, len); /* 0x40 and 0x80 are caught below as too
                                        long */
        if (label == NULL || add_label(n, label, len) != 0)
            return -1;
    }
    if (!jumped)
        r->at = here.at;
    add_root(n);
    return 0;
}

int eo_mdns_open(struct mdns_packet *p, const uint8_t *bytes, size_t len)
{
    *p = (struct mdns_packet){.r = eo_reader(bytes, len), .start = bytes};
    p->id = eo_take_be16(&p->r);
    p->flags = eo_take_be16(&p->r);
    for (int i = 0; i < MDNS_SECTIONS; i++)
        p->left[i] = eo_take_be16(&p->r);
    return p->r.bad || (p->flags & OPCODE_AND_RESULT) != 0 ? -1 : 0;
}

/* Parses the data of the record types that we use.  A target may point back
 * into the packet but must not run past its own data. */
static int take_data(const uint8_t *start, struct mdns_record *rec)
{
    struct reader r = eo_reader(rec->data, rec->len);

    switch (rec->type) {
    case MDNS_A:
        return rec->len == 4 ? 0 : -1;
    case MDNS_AAAA:
        return rec->len == 16 ? 0 : -1;
    case MDNS_SRV:
        eo_take(&r, 4); /* priority and weight: there is one target */
        rec->port = eo_take_be16(&r);
        if (r.bad)
            return -1;
        /* fall through */
    case MDNS_PTR:
        return take_name(start, &r, &rec->target) == 0 && eo_left(&r) == 0
                   ? 0
                   : -1;
    default:
        return 0;
    }
}

static int take_record(struct mdns_packet *p, struct mdns_record *rec)
{
    uint16_t class;

    if (take_name(p->start, &p->r, &rec->name) != 0)
        return -1;
    rec->type = eo_take_be16(&p->r);
    class = eo_take_be16(&p->r);
    rec->top = (class & CLASS_TOP) != 0;
    if (rec->section != MDNS_QUESTION) {
        rec->ttl = eo_take_be32(&p->r);
        rec->len = eo_take_be16(&p->r);
        rec->data = eo_take(&p->r, rec->len);
    }
    if (p->r.bad)
        return -1;
    class &= (uint16_t)~CLASS_TOP;
    if (class != CLASS_IN && !(rec->section == MDNS_QUESTION && class == 255))
        return 0;
    if (rec->section != MDNS_QUESTION && take_data(p->start, rec) != 0)
        return -1;
    return 1;
}

int eo_mdns_next(struct mdns_packet *p, struct mdns_record *rec)
{
    for (int s = 0; s < MDNS_SECTIONS; s++) {
        while (p->left[s] > 0) {
            int got;

            *rec = (struct mdns_record){.section = (enum mdns_section)s};
            p->left[s]--;
            got = take_record(p, rec);
            if (got < 0)
                memset(p->left, 0, sizeof p->left);
            if (got != 0)
                return got;
        }
    }
    return 0;
}

/* ---- texts -------------------------------------------------------------- */

bool eo_mdns_pair(struct reader *r, struct mdns_pair *pair)
{
    while (eo_left(r) > 0) {
        const size_t len = eo_take_u8(r);
        const char *text = (const char *)eo_take(r, len);
        const char *equals;

        if (text == NULL)
            return false;
        equals = len > 0 ? memchr(text, '=', len) : NULL;
        if (len == 0 || equals == text)
            continue;
        *pair = (struct mdns_pair){.key = text, .key_len = len};
        if (equals != NULL) {
            pair->key_len = (size_t)(equals - text);
            pair->value = equals + 1;
            pair->value_len = len - pair->key_len - 1;
        }
        return true;
    }
    return false;
}

bool eo_mdns_put_pair(uint8_t *data, uint16_t *len, size_t cap,
                      const char *pair)
{
    const size_t n = strlen(pair);

    if (n > 255 || *len + 1 + n > cap || *len + 1 + n > UINT16_MAX)
        return false;
    data[*len] = (uint8_t)n;
    memcpy(data + *len + 1, pair, n);
    *len = (uint16_t)(*len + 1 + n);
    return true;
}

/* ---- writing ------------------------------------------------------------ */

void eo_mdns_begin(struct mdns_writer *w, uint8_t *space, size_t cap,
                   uint16_t id, uint16_t flags)
{
    *w = (struct mdns_writer){.at = space, .len = HEADER, .cap = cap};
    memset(space, 0, HEADER);
    eo_put_be16(space, id);
    eo_put_be16(space + 2, flags);
}

size_t eo_mdns_len(const struct mdns_writer *w)
{
    return w->len;
}

static bool put(struct mdns_writer *w, const void *bytes, size_t len)
{
    if (len > w->cap - w->len)
        return false;
    if (len > 0)
        memcpy(w->at + w->len, bytes, len);
    w->len += len;
    return true;
}

static bool put16(struct mdns_writer *w, uint16_t v)
{
    uint8_t bytes[2];

    eo_put_be16(bytes, v);
    return put(w, bytes, sizeof bytes);
}

static bool put32(struct mdns_writer *w, uint32_t v)
{
    return put16(w, (uint16_t)(v >> 16)) && put16(w, (uint16_t)v);
}

/* Where the packet already contains this very name, or 0. */
static uint16_t written(const struct mdns_writer *w, const uint8_t *wire,
                        size_t len)
{
    for (size_t i = 0; i < w->n_suffix; i++) {
        struct reader r = eo_reader(w->at, w->len);
        struct mdns_name n;

        r.at += w->suffix[i];
        if (take_name(w->at, &r, &n) == 0 && n.len == len &&
            memcmp(n.wire, wire, len) == 0)
            return w->suffix[i];
    }
    return 0;
}

static bool put_name(struct mdns_writer *w, const struct mdns_name *n)
{
    uint16_t begun[MDNS_SUFFIXES];
    size_t n_begun = 0, at = 0;

    while (at + 1 < n->len) {
        const uint16_t known = written(w, n->wire + at, n->len - at);

        if (known != 0) {
            if (!put16(w, (uint16_t)(POINTER << 8 | known)))
                return false;
            break;
        }
        if (w->len <= POINTER_MAX && n_begun < MDNS_SUFFIXES)
            begun[n_begun++] = (uint16_t)w->len;
        if (!put(w, n->wire + at, 1u + n->wire[at]))
            return false;
        at += 1u + n->wire[at];
    }
    if (at + 1 >= n->len && !put(w, "", 1))
        return false;
    for (size_t i = 0; i < n_begun && w->n_suffix < MDNS_SUFFIXES; i++)
        w->suffix[w->n_suffix++] = begun[i];
    return true;
}

static bool put_data(struct mdns_writer *w, const struct mdns_record *rec)
{
    switch (rec->type) {
    case MDNS_SRV:
        return put32(w, 0) && put16(w, rec->port) &&
               put_name(w, &rec->target);
    case MDNS_PTR:
        return put_name(w, &rec->target);
    case MDNS_TXT: /* a TXT record has at least one, empty, string */
        return rec->len > 0 ? put(w, rec->data, rec->len) : put(w, "", 1);
    default:
        return put(w, rec->data, rec->len);
    }
}

static bool put_record(struct mdns_writer *w, const struct mdns_record *rec)
{
    const uint16_t class = (uint16_t)(CLASS_IN | (rec->top ? CLASS_TOP : 0));
    size_t length;

    if (!put_name(w, &rec->name) || !put16(w, rec->type) || !put16(w, class))
        return false;
    if (rec->section == MDNS_QUESTION)
        return true;
    if (!put32(w, rec->ttl) || !put16(w, 0))
        return false;
    length = w->len - 2;
    if (!put_data(w, rec) || w->len - length - 2 > UINT16_MAX)
        return false;
    eo_put_be16(w->at + length, (uint16_t)(w->len - length - 2));
    return true;
}

bool eo_mdns_put(struct mdns_writer *w, const struct mdns_record *rec)
{
    const struct mdns_writer before = *w;
    uint8_t *count = w->at + COUNTS + 2 * rec->section;

    if (!put_record(w, rec)) {
        *w = before;
        return false;
    }
    eo_put_be16(count, (uint16_t)(eo_be16(count) + 1));
    return true;
}

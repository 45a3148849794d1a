/* How a feed is asked, from the words of a descriptor, and its gather. */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "feeds/gather.h"
#include "io/yaml.h"

#define URL "https://a.example/get?r={reporter}&p={product}&time={period:%Y%m}"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct ask ask;
    struct gather *gather;
};

static inline const char *text_of(struct fixture *f, const struct node *node)
{
    return node != NULL ? arena_strndup(&f->arena, node->text.data, node->text.len) : NULL;
}

static inline void read_words(struct fixture *f, const char *url, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("ask.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    struct ask_sections sections = {node_get(document, "parameters"), node_get(document, "periods"),
        node_get(document, "key"), node_get(document, "form"), node_get(document, "pages"),
        node_get(document, "answers"), node_get(document, "limits"), node_get(document, "queue"),
        node_get(document, "detector"), text_of(f, node_get(document, "probe"))};
    ask_read(&sections, url, document->place, &f->ask, &f->arena, &f->diags);
}

static inline void start_at(
    struct fixture *f, const char *url, const char *yaml, const struct gather_span *span)
{
    read_words(f, url, yaml);
    if (f->diags.errors > 0)
        fail_msg("%s", f->diags.items[0].text);
    f->gather = gather_new(url, &f->ask, span, 1000);
}

static inline void start(struct fixture *f, const char *yaml, int32_t newest, int32_t last)
{
    start_at(f, URL, yaml, &(struct gather_span){.newest = newest, .last = last});
}

static inline void end(struct fixture *f)
{
    gather_free(f->gather);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static inline bool take(struct fixture *f, long status, const char *body)
{
    struct gather_answer answer = {status, slice_of(body), NULL, 0, "s3cret", NULL, NULL};
    return gather_take(f->gather, &answer);
}

static inline void assert_next(struct fixture *f, const char *rest)
{
    const char *url = gather_url(f->gather);
    assert_non_null(url);
    assert_string_equal(url + strlen("https://a.example/get?"), rest);
}

#endif

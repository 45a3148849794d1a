/* Files that go into the program as they are. */

    .macro asset name, path
    .section .rodata
    .global asset_\name\()_start
    .global asset_\name\()_end
    .balign 16
asset_\name\()_start:
    .incbin "\path"
asset_\name\()_end:
    .byte 0
    .endm

/* An entry of asset_tables: name, text, length (struct asset). */
    .macro table symbol, name
    asset \symbol, "feeds/\name"
asset_\symbol\()_name:
    .asciz "\name"
    .section .data.rel.ro, "aw"
    .dc.a asset_\symbol\()_name, asset_\symbol\()_start, asset_\symbol\()_end - asset_\symbol\()_start
    .endm

    .section .data.rel.ro, "aw"
    .global asset_tables
    .balign 16
asset_tables:
    table baskets, "baskets.yaml"
    table baskets_nso, "baskets-nso.yaml"
    table baskets_quotas, "baskets-quotas.yaml"
    table baskets_sectors, "baskets-sectors.yaml"
    table cbam, "cbam.yaml"
    table concordance, "concordance.yaml"
    table countries, "countries.yaml"
    table deadlines, "deadlines.yaml"
    table measures, "measures.yaml"
    table quotas, "quotas.yaml"
    .dc.a 0, 0, 0

    asset sample_csv, "feeds/sample/vn-nso.csv"
    asset sample_feed, "feeds/sample/vn-nso-sample.feed.yaml"
    asset demo_rules, "rules/demo.yaml"

    .section .note.GNU-stack, "", %progbits

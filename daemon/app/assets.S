/* Files that go into the program as they are. */
    .section .rodata

    .macro asset name, path
    .global asset_\name\()_start
    .global asset_\name\()_end
    .balign 16
asset_\name\()_start:
    .incbin "\path"
asset_\name\()_end:
    .byte 0
    .endm

    asset sample_csv, "feeds/sample/vn-nso.csv"
    asset sample_feed, "feeds/sample/vn-nso-sample.feed.yaml"
    asset baskets, "feeds/baskets.yaml"
    asset demo_rules, "rules/demo.yaml"

    .section .note.GNU-stack, "", %progbits

"""What the stand-in for Eurostat and the ECB publishes: trade in euros, exchange rates, the rows of a bulk file."""

BULK = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW," \
       "STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT"


def months(first, last):
    """From one YYYY-MM to the other."""
    (year, month), (last_year, last_month) = (map(int, text.split("-")) for text in (first, last))
    while (year, month) <= (last_year, last_month):
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def euros(partner, product, month):
    return 1000 * (sum(map(ord, partner)) % 50 + 1) + int(product[:6]) % 97 + int(month[5:])


def rate(currency, month):
    """Units of it for one EUR."""
    base = {"USD": 1.05, "KRW": 1500.0, "JPY": 160.0}.get(currency, 7.5)
    return f"{base + base * (int(month[5:]) % 12) / 100:.4f}"


def bulk_table(month):
    """Rows of CN8 by member state, so that HS6 of the Union is their sum; another procedure, the United Kingdom's trade and a code that hides
    what it is."""
    lines = [BULK]
    for reporter, share in (("DE", 3), ("FR", 1)):
        for partner in ("VN", "CN"):
            for product, procedure in (("72104910", "1"), ("72104990", "1"), ("72104990", "6"), ("72XXXXXX", "1")):
                value = share * euros(partner, product if product[2] != "X" else "720000", month)
                period = month.replace("-", "")
                lines.append(f"{reporter},{partner},E,{product},67411,2410,2410,210,.....,72,1,{procedure},NO_SU,{period},{value},{value},"
                             f"{value * 2},0")
    lines.append(f"DE,QV,E,72104910,67411,2410,2410,210,.....,72,1,1,NO_SU,{month.replace('-', '')},1,1,1,0")
    return "".join(line + "\n" for line in lines)

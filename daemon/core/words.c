#include "core/words.h"

#include "base/str.h"

struct entry {
    const char *key;
    const char *text[LANGUAGE_COUNT];
};

/* Viet Nam's export markets and the origins that its cases name. Short names of the UN in English; those that
 * the Ministry of Industry and Trade uses in Vietnamese. "W" is the world (core/observation.h). */
static const struct entry markets[] = {
    {"AE", {"UAE", "United Arab Emirates"}},
    {"AR", {"Argentina", "Argentina"}},
    {"AT", {"Áo", "Austria"}},
    {"AU", {"Úc", "Australia"}},
    {"BD", {"Bangladesh", "Bangladesh"}},
    {"BE", {"Bỉ", "Belgium"}},
    {"BR", {"Brazil", "Brazil"}},
    {"BY", {"Belarus", "Belarus"}},
    {"CA", {"Canada", "Canada"}},
    {"CH", {"Thụy Sĩ", "Switzerland"}},
    {"CL", {"Chile", "Chile"}},
    {"CN", {"Trung Quốc", "China"}},
    {"CO", {"Colombia", "Colombia"}},
    {"CZ", {"Séc", "Czechia"}},
    {"DE", {"Đức", "Germany"}},
    {"DK", {"Đan Mạch", "Denmark"}},
    {"EG", {"Ai Cập", "Egypt"}},
    {"ES", {"Tây Ban Nha", "Spain"}},
    {"EU", {"Liên minh châu Âu", "European Union"}},
    {"FI", {"Phần Lan", "Finland"}},
    {"FR", {"Pháp", "France"}},
    {"GB", {"Vương quốc Anh", "United Kingdom"}},
    {"HK", {"Hồng Kông", "Hong Kong"}},
    {"ID", {"Indonesia", "Indonesia"}},
    {"IN", {"Ấn Độ", "India"}},
    {"IT", {"Ý", "Italy"}},
    {"JP", {"Nhật Bản", "Japan"}},
    {"KH", {"Campuchia", "Cambodia"}},
    {"KR", {"Hàn Quốc", "Republic of Korea"}},
    {"KZ", {"Kazakhstan", "Kazakhstan"}},
    {"LA", {"Lào", "Lao PDR"}},
    {"MM", {"Myanmar", "Myanmar"}},
    {"MX", {"Mexico", "Mexico"}},
    {"MY", {"Malaysia", "Malaysia"}},
    {"NL", {"Hà Lan", "Netherlands"}},
    {"NO", {"Na Uy", "Norway"}},
    {"NZ", {"New Zealand", "New Zealand"}},
    {"PE", {"Peru", "Peru"}},
    {"PH", {"Philippines", "Philippines"}},
    {"PL", {"Ba Lan", "Poland"}},
    {"RU", {"Nga", "Russian Federation"}},
    {"SA", {"Ả Rập Xê Út", "Saudi Arabia"}},
    {"SE", {"Thụy Điển", "Sweden"}},
    {"SG", {"Singapore", "Singapore"}},
    {"TH", {"Thái Lan", "Thailand"}},
    {"TR", {"Thổ Nhĩ Kỳ", "Türkiye"}},
    {"TW", {"Đài Loan", "Taiwan"}},
    {"UA", {"Ukraina", "Ukraine"}},
    {"US", {"Hoa Kỳ", "United States"}},
    {"VN", {"Việt Nam", "Viet Nam"}},
    {"W", {"thế giới", "the world"}},
    {"ZA", {"Nam Phi", "South Africa"}},
};

static const struct entry reasons[] = {
    {"threshold", {"số liệu của kỳ này so với ngưỡng của quy tắc",
                      "this period's figures against the rule's thresholds"}},
    {"revision", {"nguồn đã sửa lại số liệu công bố trước đây", "the source revised earlier figures"}},
    {"missing", {"thiếu số liệu cần để kết luận", "figures that decide are missing"}},
    {"rules", {"bộ quy tắc đã thay đổi", "the rules were changed"}},
    {"backfill",
        {"số liệu của các kỳ trước vừa được nạp bổ sung", "figures of earlier periods were brought in"}},
    {"case", {"có vụ việc mới, hoặc một vụ việc có bước mới", "there is a new case, or a new step of one"}},
    {"law",
        {"quy định làm căn cứ đã hết hiệu lực", "the law that the rule stands for is no longer in force"}},
    {"delivery", {"tình trạng gửi cảnh báo", "how alerts are delivered"}},
    {"drill", {"diễn tập", "a drill"}},
    {"escalated", {"chưa ai tiếp nhận cảnh báo", "nobody has acknowledged the alert"}},
    {"lapsed", {"thời hạn tiếp nhận đã hết", "the acknowledgement has ended"}},
    {"silence", {"một lệnh tạm im", "a silence"}},
    {"feed", {"tình trạng của nguồn số liệu", "the state of the data feed"}},
};

static const char *const words[WORD_COUNT][LANGUAGE_COUNT] = {
    [WORD_ALERT] = {"Cảnh báo", "Alert"},
    [WORD_PRODUCT] = {"Mặt hàng", "Product"},
    [WORD_RECEIVER] = {"Nơi nhận", "Receiver"},
    [WORD_FEED] = {"Nguồn số liệu", "Data feed"},
    [WORD_SILENCE] = {"Lệnh tạm im", "Silence"},
    [WORD_MARKET] = {"Thị trường", "Market"},
    [WORD_ORIGIN] = {"Nước thứ ba liên quan", "Third country"},
    [WORD_PERIOD] = {"Kỳ số liệu", "Period"},
    [WORD_RAISED] = {"Cảnh báo từ kỳ", "Alert raised for"},
    [WORD_REASON] = {"Lý do gửi", "Sent because of"},
    [WORD_SEVERITY] = {"Mức", "Severity"},
    [WORD_SEVERITY_WAS] = {"Mức trước đây", "Severity was"},
    [WORD_FIGURES] = {"Các số liệu", "Figures"},
    [WORD_ADVICE] = {"Việc nên làm", "What to do"},
    [WORD_BASIS] = {"Căn cứ pháp lý của quy tắc", "Legal basis of the rule"},
    [WORD_TRACE] = {"Truy xuất", "Where this comes from"},
    [WORD_SOURCES] = {"Số liệu lấy từ", "Data from"},
    [WORD_VINTAGE] = {"Bản số liệu", "Data version"},
    [WORD_RULE] = {"Quy tắc", "Rule"},
    [WORD_RULESET] = {"Phiên bản bộ quy tắc", "Rule-set version"},
    [WORD_ALERT_ID] = {"Mã cảnh báo", "Alert id"},
    [WORD_DECIDED] = {"Thời điểm xác định", "Decided at"},
    [WORD_UNKNOWN] = {"chưa rõ", "unknown"},
    [WORD_OTHER_LANGUAGE] = {"English version below", "Bản tiếng Việt ở phía trên"},
    [WORD_NOTE] = {"Đây là kết quả sàng lọc thống kê tự động trên số liệu sơ bộ: một dấu hiệu cần theo dõi, "
                   "không phải kết luận "
                   "về bất kỳ doanh nghiệp nào và không phải ý kiến pháp lý. Nếu nguồn sửa số liệu làm thay "
                   "đổi kết quả, "
                   "đính chính sẽ được gửi tới cùng những người nhận.",
        "This is an automatic statistical screening of preliminary figures: a pattern to watch, not a "
        "finding about any "
        "company and not legal advice. If the source revises its figures and the result changes, a "
        "correction goes to the "
        "same receivers."},
    [WORD_NOTE_FEED] =
        {"Đây là thông báo kỹ thuật về nguồn số liệu, không phải cảnh báo về mặt hàng hay thị trường.",
            "This is a technical notice about a source of data, not an alert about a product or a market."},
    [WORD_NOTE_DELIVERY] =
        {"Đây là thông báo kỹ thuật về việc gửi cảnh báo, không phải cảnh báo về mặt hàng hay thị trường.",
            "This is a technical notice about how alerts are delivered, not an alert about a product or a "
            "market."},
    [WORD_LAPSED_SENTENCE] = {"Thời hạn tiếp nhận đã hết; cảnh báo từ kỳ {{raised}} vẫn còn.",
        "Its acknowledgement has ended; the alert raised for {{raised}} still stands."},
    [WORD_SILENCE_SENTENCE] = {"Những gì lệnh tạm im giữ lại và vẫn còn sẽ được gửi khi lệnh hết hạn.",
        "What a silence has held and still stands is told when it ends."},
    [WORD_NEXT] = {"Xem thêm: người vận hành xem từng phép tính và số liệu gốc bằng lệnh:",
        "To see more: the operator shows every step and the figures behind it with:"},
    [WORD_CHANGES] = {"Thay đổi so với thư trước", "What has changed since the last message"},
    [WORD_THEN] = {"Thư trước", "Then"},
    [WORD_NOW] = {"Hiện nay", "Now"},
    [WORD_MEASURES] = {"Biện pháp và vụ việc hiện có", "Existing measures and cases"},
    [WORD_SINCE] = {"từ", "since"},
    [WORD_RATE] = {"mức cao nhất", "up to"},
    [WORD_MORE_MEASURES] = {"Biện pháp và vụ việc khác", "Further measures and cases"},
    [WORD_DEADLINES] = {"Thời hạn theo luật", "What the law gives days for"},
    [WORD_DATA] = {"Số liệu", "The figures"},
    [WORD_RECEIVED] = {"Nhận ngày", "Received on"},
    [WORD_QUALITY] = {"Chất lượng", "Quality"},
    [WORD_THRESHOLD] = {"ngưỡng", "threshold"},
    [WORD_MET] = {"đạt, cách ngưỡng", "met, by"},
    [WORD_NOT_MET] = {"chưa đạt, còn", "not met, by"},
    [WORD_CHART] = {"Biểu đồ theo tháng", "Chart by month"},
};

static const char *const severities[SEVERITY_COUNT][LANGUAGE_COUNT] = {
    [SEVERITY_WATCH] = {"Theo dõi", "Watch"},
    [SEVERITY_CAUTION] = {"Lưu ý", "Caution"},
    [SEVERITY_WARNING] = {"Cảnh báo", "Warning"},
    [SEVERITY_CRITICAL] = {"Khẩn cấp", "Critical"},
};

static const char *const events[EVENT_COUNT][LANGUAGE_COUNT] = {
    [EVENT_NONE] = {"Thông báo", "Notice"},
    [EVENT_RAISED] = {"Cảnh báo mới", "New alert"},
    [EVENT_STRENGTHENED] = {"Cảnh báo tăng mức", "Alert strengthened"},
    [EVENT_CONFIRMED] = {"Cảnh báo được xác nhận", "Alert confirmed"},
    [EVENT_RETRACTED] = {"Đính chính: rút lại cảnh báo", "Correction: alert withdrawn"},
    [EVENT_CLEARED] = {"Cảnh báo kết thúc", "Alert ended"},
    [EVENT_STALE] = {"Chưa có số liệu mới", "No new data"},
};

static const char *const event_tags[EVENT_COUNT][LANGUAGE_COUNT] = {
    [EVENT_NONE] = {"Thông báo", "Notice"},
    [EVENT_RAISED] = {"Mới", "New"},
    [EVENT_STRENGTHENED] = {"Tăng mức", "Strengthened"},
    [EVENT_CONFIRMED] = {"Xác nhận", "Confirmed"},
    [EVENT_RETRACTED] = {"Đính chính", "Correction"},
    [EVENT_CLEARED] = {"Kết thúc", "Ended"},
    [EVENT_STALE] = {"Chưa có số liệu", "No data"},
};

static const char *const sentences[EVENT_COUNT][LANGUAGE_COUNT] = {
    [EVENT_NONE] = {"", ""},
    [EVENT_RAISED] = {"Với số liệu kỳ {{period}}, các điều kiện của quy tắc được đáp ứng. Dấu hiệu này phù "
                      "hợp với diễn biến "
                      "thường thấy trước các vụ việc phòng vệ thương mại.",
        "With the figures of {{period}} the rule's conditions hold. The pattern is consistent with those "
        "seen before "
        "trade-defence cases."},
    [EVENT_STRENGTHENED] =
        {"Với số liệu kỳ {{period}}, mức của cảnh báo từ kỳ {{raised}} tăng lên “{{severity}}”.",
            "With the figures of {{period}} the severity of the alert raised for {{raised}} rises to "
            "“{{severity}}”."},
    [EVENT_CONFIRMED] = {"Nguồn đã sửa lại số liệu; tính lại thì cảnh báo từ kỳ {{raised}} vẫn giữ nguyên.",
        "The source revised its figures; computed again, the alert raised for {{raised}} stands."},
    [EVENT_RETRACTED] = {"Cảnh báo đã gửi cho kỳ {{raised}} được rút lại: tính lại thì các điều kiện của quy "
                         "tắc không được đáp "
                         "ứng. Đề nghị không sử dụng cảnh báo đó.",
        "The alert sent for {{raised}} is withdrawn: computed again, the rule's conditions did not hold. "
        "Please disregard "
        "that alert."},
    [EVENT_CLEARED] = {"Với số liệu kỳ {{period}}, các điều kiện của quy tắc không còn được đáp ứng; cảnh "
                       "báo từ kỳ {{raised}} kết "
                       "thúc. Điều này không có nghĩa là sẽ không có vụ việc.",
        "With the figures of {{period}} the rule's conditions no longer hold; the alert raised for "
        "{{raised}} ends. This "
        "does not mean that no case will follow."},
    [EVENT_STALE] = {"Chưa có đủ số liệu kỳ {{period}}; cảnh báo từ kỳ {{raised}} được giữ nguyên theo số "
                     "liệu cũ.",
        "Figures of {{period}} are missing; the alert raised for {{raised}} stays open on older figures."},
};

static const char *const feed_sentences[EVENT_COUNT][LANGUAGE_COUNT] = {
    [EVENT_NONE] = {"", ""},
    [EVENT_RAISED] = {"Nguồn số liệu này cần được kiểm tra. Trong thời gian đó, cảnh báo dựa vào nguồn này "
                      "có thể đến muộn.",
        "This source of data needs attention. Until then alerts that depend on it may come late."},
    [EVENT_STRENGTHENED] =
        {"Sự cố của nguồn số liệu này kéo dài. Cảnh báo dựa vào nguồn này có thể đến muộn.",
            "The trouble with this source of data goes on. Alerts that depend on it may come late."},
    [EVENT_CONFIRMED] = {"Nguồn số liệu này vẫn cần được kiểm tra.",
        "This source of data still needs attention."},
    [EVENT_RETRACTED] =
        {"Thông báo trước đây về nguồn số liệu này được rút lại. Đề nghị không sử dụng thông báo đó.",
            "The earlier notice about this source of data is withdrawn. Please disregard it."},
    [EVENT_CLEARED] = {"Nguồn số liệu này đã hoạt động bình thường trở lại.",
        "This source of data works again."},
    [EVENT_STALE] = {"Nguồn số liệu này chưa có số liệu mới. Cảnh báo dựa vào nguồn này có thể đến muộn.",
        "This source of data has brought nothing new. Alerts that depend on it may come late."},
};

static const char *const delivery_sentences[LANGUAGE_COUNT] = {
    "Cảnh báo gửi tới nơi nhận này gặp trục trặc.", "Alerts for this receiver do not arrive as they should."};
static const char *const delivery_over[LANGUAGE_COUNT] = {
    "Việc gửi tới nơi nhận này đã trở lại bình thường.", "What was wrong with this receiver is over."};
static const char *const measure_types[MEASURE_TYPE_COUNT][LANGUAGE_COUNT] = {
    [MEASURE_ANTI_DUMPING] = {"chống bán phá giá", "anti-dumping"},
    [MEASURE_COUNTERVAILING] = {"chống trợ cấp", "countervailing"},
    [MEASURE_ANTI_DUMPING_AND_COUNTERVAILING] = {"chống bán phá giá và chống trợ cấp",
        "anti-dumping and countervailing"},
    [MEASURE_SAFEGUARD] = {"tự vệ", "safeguard"},
    [MEASURE_CIRCUMVENTION] = {"chống lẩn tránh", "anti-circumvention"},
    [MEASURE_EVASION] = {"điều tra trốn thuế (EAPA)", "evasion (EAPA)"},
    [MEASURE_TRIGGER] = {"tự vệ ngưỡng theo hiệp định", "trigger safeguard of a trade agreement"},
    [MEASURE_TARIFF] = {"thuế bổ sung", "additional tariff"},
};

static const char *const standings[MEASURE_STANDING_COUNT][LANGUAGE_COUNT] = {
    [MEASURE_NOT_KNOWN_YET] = {"chưa được biết", "not known yet"},
    [MEASURE_ANNOUNCED] = {"đã công bố", "announced"},
    [MEASURE_OPEN_CASE] = {"vụ việc đang mở", "case open"},
    [MEASURE_IN_FORCE] = {"đang áp dụng", "in force"},
    [MEASURE_ENDED] = {"đã kết thúc", "ended"},
};

static const struct {
    enum observation_flag flag;
    const char *text[LANGUAGE_COUNT];
} flags[] = {
    {OBSERVATION_PRELIMINARY, {"số liệu tháng mới nhất là số sơ bộ, nguồn còn sửa",
                                  "the newest month is preliminary: its source still revises it"}},
    {OBSERVATION_ESTIMATED, {"lượng của tháng mới nhất do nguồn ước tính",
                                "the newest month has quantities that its source estimated"}},
    {OBSERVATION_SUPPRESSED,
        {"một phần số liệu tháng mới nhất được giữ kín", "part of the newest month is confidential"}},
};

static const char *const qualities[FLAG_COUNT][LANGUAGE_COUNT] = {
    [FLAG_SMALL_BASE] = {"mười hai tháng gốc dưới 10 triệu USD: tỷ lệ tăng dễ lớn",
        "the twelve months of the base are under 10 m USD: rates of growth are easily large"},
    [FLAG_BASE_EFFECT] = {"mười hai tháng gốc thấp bất thường (dưới 80% của năm trước đó)",
        "the base is low: its twelve months are under 80% of those before them"},
    [FLAG_TET_WINDOW] = {"Tết rơi vào tháng khác so với năm trước",
        "Tet falls into another month than a year earlier"},
    [FLAG_PRELIMINARY] = {"", ""},
    [FLAG_HS_BREAK] = {"mã HS của mặt hàng thay đổi trong 24 tháng qua",
        "an HS code of the product began or ended within 24 months"},
    [FLAG_UNIT_BREAK] = {"đơn giá hai tháng liền nhau chênh trên ba lần: đơn vị tính có thể đã đổi",
        "the unit value moved more than threefold between two months: the unit may have changed"},
    [FLAG_SUPPRESSED] = {"", ""},
    [FLAG_ONE_SHIPMENT] = {"một tháng chiếm trên 60% của ba tháng: có thể do một lô hàng",
        "one month is over 60% of three: it may be a single shipment"},
    [FLAG_FRONT_LOADING] =
        {"một loại thuế đã công bố, có hiệu lực trong bốn tháng tới: hàng có thể được giao sớm",
            "a tariff has been announced that comes into force within four months: goods may be shipped "
            "ahead of it"},
};

static const char *find(const struct entry *entries, size_t n, const char *key, enum language language)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(entries[i].key, key))
            return entries[i].text[language];
    return key;
}

const char *words_get(enum word word, enum language language)
{
    return words[word][language];
}

const char *words_market(const char *code, enum language language)
{
    return find(markets, sizeof markets / sizeof *markets, code, language);
}

const char *words_severity(enum severity severity, enum language language)
{
    return severities[severity][language];
}

const char *words_event(enum alert_event event, enum language language)
{
    return events[event][language];
}

const char *words_event_tag(enum alert_event event, enum language language)
{
    return event_tags[event][language];
}

const char *words_delivery_sentence(bool over, enum language language)
{
    return (over ? delivery_over : delivery_sentences)[language];
}

const char *words_sentence(enum alert_event event, bool feed, enum language language)
{
    return feed ? feed_sentences[event][language] : sentences[event][language];
}

const char *words_reason(const char *reason, enum language language)
{
    return find(reasons, sizeof reasons / sizeof *reasons, reason, language);
}

const char *words_measure_type(enum measure_type type, enum language language)
{
    return measure_types[type][language];
}

const char *words_standing(enum measure_standing standing, enum language language)
{
    return standings[standing][language];
}

const char *words_flag(enum observation_flag flag, enum language language)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].flag == flag)
            return flags[i].text[language];
    return "";
}

const char *words_quality(enum quality_flag flag, enum language language)
{
    return qualities[flag][language];
}

const char *words_sign(const char *symbol)
{
    static const char *const signs[][2] = {{">=", "≥"}, {"<=", "≤"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_equal(symbol, signs[i][0]))
            return signs[i][1];
    return symbol;
}

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include <cstring>
#include <random>
#include "../support/fake_board.h"

using namespace sf;

TEST_CASE("counters: the newest record counts, wear is even, a torn write leaves the one before") {
  FakeEeprom eeprom;
  EepromWriter writer(eeprom);
  {
    CounterStore store(writer);
    CHECK(store.load(eeprom).boot == 0);
    Persistent p = {};
    for (uint32_t i = 1; i <= 6400; i++) {
      p.boot = i;
      p.energy.produced = i * 10;
      CHECK(store.save(p));
      writer.finish();
    }
  }
  for (int at = COUNTERS_AT; at < 4096; at++) CHECK(eeprom.wear[static_cast<size_t>(at)] <= 101);
  CounterStore store(writer);
  Persistent p = store.load(eeprom);
  CHECK(p.boot == 6400);
  CHECK(p.energy.produced == 64000);
  for (long cut = 0; cut < 32; cut++) {
    FakeEeprom torn = eeprom;
    EepromWriter w(torn);
    CounterStore s(w);
    Persistent q = s.load(torn);
    q.energy.produced += 12345;
    q.boot++;
    torn.writes_left = cut;
    s.save(q);
    w.finish();
    CounterStore after(w);
    const Persistent r = after.load(torn);
    CHECK((r.energy.produced == 64000 || r.energy.produced == 76345));
    CHECK(r.boot == (r.energy.produced == 64000 ? 6400u : 6401u));
  }
}

TEST_CASE("settings: both copies alternate, a torn or rotten one gives way to the other, none is the factory's") {
  FakeEeprom eeprom;
  Settings s;
  CHECK(!load_settings(eeprom, &s));
  CHECK(s.port == 1883);
  auto save = [&](FakeEeprom& into, uint32_t sequence, const char* house) {
    Settings t;
    default_settings(t);
    std::strcpy(t.house, house);
    t.sequence = sequence;
    t.crc = settings_crc(t);
    EepromWriter w(into);
    w.start(settings_place(sequence), &t, sizeof t);
    w.finish();
  };
  save(eeprom, 1, "uno");
  save(eeprom, 2, "due");
  CHECK(load_settings(eeprom, &s));
  CHECK(std::string(s.house) == "due");
  std::mt19937 dice(1);
  for (int i = 0; i < 300; i++) {
    FakeEeprom torn = eeprom;
    torn.writes_left = static_cast<long>(dice() % 12);
    save(torn, 3, "tre");
    CHECK(load_settings(torn, &s));
    CHECK((std::string(s.house) == "due" || std::string(s.house) == "tre"));
    FakeEeprom rotten = eeprom;
    rotten.cells[dice() % sizeof(Settings)] ^= static_cast<uint8_t>(1 << dice() % 8);
    CHECK(load_settings(rotten, &s));
    CHECK((std::string(s.house) == "due" || std::string(s.house) == "uno"));
  }
}

TEST_CASE("every field takes what config shows of it, and refuses nonsense with what would be right") {
  Settings s;
  default_settings(s);
  for (uint8_t i = 0; i < field_count(); i++) {
    char name[24], value[64], expected[64];
    Text n(name, sizeof name), v(value, sizeof value), e(expected, sizeof expected);
    bool quoted;
    show_field(s, i, n, v, &quoted);
    CHECK(!n.full);
    CHECK(!v.full);
    if (value[0]) CHECK_MESSAGE(set_field(s, name, value, e) == FIELD_SET, name << " = " << value);
    Text e2(expected, sizeof expected);
    CHECK_MESSAGE(set_field(s, name, "non \x01 va", e2) == FIELD_WRONG, std::string(name));
    CHECK(e2.length > 0);
    CHECK(!e2.full);
  }
  const struct {
    const char *name, *value;
    FieldOutcome outcome;
  } cases[] = {
      {"casa", "casa_A", FIELD_SET},        {"casa", "rete", FIELD_WRONG},       {"casa", "_a", FIELD_WRONG},
      {"casa", "", FIELD_WRONG},            {"chiave", "corta", FIELD_WRONG},    {"chiave", "0123456789abcdef", FIELD_SET},
      {"hub", "hub.fritz.box", FIELD_SET},  {"hub", "-x", FIELD_WRONG},          {"hub", "a..b", FIELD_WRONG},
      {"porta", "65535", FIELD_SET},        {"porta", "0", FIELD_WRONG},         {"porta", "65536", FIELD_WRONG},
      {"ip", "192.168.1.50/24", FIELD_SET}, {"ip", "192.168.1.50", FIELD_WRONG}, {"ip", "256.1.1.1/24", FIELD_WRONG},
      {"ip", "10.0.0.1/31", FIELD_WRONG},   {"ip", "dhcp", FIELD_SET},           {"mac", "02:5F:00:00:00:01", FIELD_SET},
      {"mac", "01:5F:00:00:00:01", FIELD_WRONG}, {"guadagno0", "1.0205", FIELD_SET}, {"guadagno0", "2.1", FIELD_WRONG},
      {"zero1", "0.291", FIELD_SET},        {"niente", "1", FIELD_UNKNOWN},      {"pulizia_gelo_c", "-1", FIELD_WRONG},
      {"rele_attivo", "basso", FIELD_SET},  {"radice", "a/b", FIELD_WRONG},
  };
  for (const auto& c : cases) {
    char expected[64];
    Text e(expected, sizeof expected);
    CHECK_MESSAGE(set_field(s, c.name, c.value, e) == c.outcome, c.name << " = " << c.value);
  }
  CHECK(s.channels[0].gain_e4 == 10205);
  CHECK(s.channels[1].zero_e3 == 291);
  CHECK(s.relays_active_low);
}

TEST_CASE("events: the last 32 are kept over restarts, and a storm writes 30 an hour at most") {
  FakeEeprom eeprom;
  EepromWriter writer(eeprom);
  EventLog log(eeprom, writer);
  log.begin(1);
  Millis now = 0;
  for (uint16_t i = 0; i < 40; i++) {
    now += 200 * SECOND;
    log.add(MQTT_UP, i, now);
    log.step(now);
    writer.finish();
  }
  EventLog again(eeprom, writer);
  again.begin(2);
  Event e;
  int n = 0;
  while (again.read(static_cast<uint8_t>(n), &e)) {
    CHECK(e.value == 8 + n);
    n++;
  }
  CHECK(n == 32);
  uint32_t before = 0, after = 0;
  for (uint32_t w : eeprom.wear) before += w;
  for (int i = 0; i < 36000; i++) {
    now += 100;
    again.add(LINK_DOWN, 0, now);
    again.step(now);
    writer.finish();
  }
  for (uint32_t w : eeprom.wear) after += w;
  CHECK(after - before <= 62 * 16);
}

TEST_CASE("readings: when it is full every other one gives way, the newest and the oldest stay") {
  ReadingQueue q;
  Reading r = {};
  for (uint32_t t = 0; t < 100000; t += 10) {
    r.uptime_s = t;
    q.add(r);
    CHECK(q.count() <= ReadingQueue::ROOM);
  }
  CHECK(q.oldest().uptime_s == 0);
  CHECK(q.count() >= ReadingQueue::ROOM / 2);
  uint32_t last = 0, widest = 0;
  while (!q.empty()) {
    CHECK(q.oldest().uptime_s >= last);
    widest = std::max(widest, q.oldest().uptime_s - last);
    last = q.oldest().uptime_s;
    q.drop_oldest();
  }
  CHECK(last == 99990);
  CHECK(widest < 100000 / 8);
}

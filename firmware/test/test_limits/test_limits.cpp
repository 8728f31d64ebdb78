#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include <string>
#include "../support/fake_board.h"

using namespace sf;

namespace {

struct Bench {
  Random random{7};
  Relay relay;
  LoadSettings load = {};
  Millis now = 0;
  int id = 0;

  explicit Bench(bool rest_on = false) {
    std::strcpy(load.id, "boiler");
    load.rest_on = rest_on;
    load.hold_s = 7200;
  }
  void begin(bool power_cut = false) {
    relay.begin(load, now, power_cut, random);
    relay.step(now, random);
  }
  void run(double seconds) {
    const Millis end = now + static_cast<Millis>(seconds * 1000);
    while (now < end) relay.step(now += 100, random);
  }
  Answer say(bool on, uint32_t ttl_s = 180) {
    const Answer a = relay.command(on, ttl_s, ("c" + std::to_string(++id)).c_str(), now);
    relay.step(now, random);
    return a;
  }
  void push() {
    relay.push(now);
    relay.step(now, random);
  }
};

}  // namespace

TEST_CASE("a lease lapses to rest by itself, and is renewed by a command") {
  Bench b;
  b.begin();
  CHECK(b.say(true).refusal == ACCEPTED);
  CHECK(b.relay.on());
  CHECK(b.relay.origin() == BY_COMMAND);
  CHECK(b.relay.remaining_s(b.now) == 180);
  b.run(60);
  CHECK(b.say(true).refusal == ACCEPTED);
  CHECK(b.relay.remaining_s(b.now) == 180);
  CHECK(std::string(b.relay.lease()) == "c2");
  b.run(179.9);
  CHECK(b.relay.on());
  b.run(0.2);
  CHECK(!b.relay.on());
  CHECK(b.relay.origin() == BY_REST);
  CHECK(b.relay.lease()[0] == 0);
}

TEST_CASE("ttl is 30..600, up to 4 hours for a program; a command to rest needs none") {
  Bench b;
  b.begin();
  CHECK(b.say(true, 29).refusal == BAD_FORMAT);
  CHECK(b.say(true, 601).refusal == BAD_FORMAT);
  CHECK(!b.relay.on());
  CHECK(b.say(true, 30).refusal == ACCEPTED);
  CHECK(b.say(true, 600).refusal == ACCEPTED);
  CHECK(b.say(false, 0).refusal == ACCEPTED);
  CHECK(!b.relay.on());
  b.load.program = true;
  b.relay.change(b.load, b.now);
  CHECK(b.say(true, 14400).refusal == ACCEPTED);
  CHECK(b.say(true, 14401).refusal == BAD_FORMAT);
}

TEST_CASE("rest acceso: at rest it runs, a lease holds it off, the return by lapse is spread over 300 s") {
  int late = 0;
  for (int seed = 1; seed <= 40; seed++) {
    Bench b(true);
    b.random = Random(static_cast<uint32_t>(seed) * 7919);
    b.begin();
    CHECK(b.relay.on());
    CHECK(!b.relay.pulled());
    CHECK(b.say(false).refusal == ACCEPTED);
    CHECK(!b.relay.on());
    CHECK(b.relay.pulled());
    b.run(180);
    if (!b.relay.on()) {
      CHECK(b.relay.origin() == BY_REST);
      CHECK(b.relay.locked_s(b.now) <= 300);
    }
    b.run(150);
    late += !b.relay.on();
    b.run(151);
    CHECK(b.relay.on());
  }
  CHECK(late > 5);
  CHECK(late < 35);
  Bench told(true);
  told.begin();
  told.say(false);
  CHECK(told.say(true).refusal == ACCEPTED);
  CHECK(told.relay.on());
}

TEST_CASE("minimum off binds commands, the wall switch, the lapse and the start") {
  Bench b;
  b.load.min_off_s = 300;
  b.begin();
  const Answer early = b.say(true);
  CHECK(early.refusal == MIN_OFF);
  CHECK(early.retry_s == 300);
  b.push();
  CHECK(!b.relay.on());
  CHECK(b.relay.origin() == BY_SAFETY);
  b.run(299);
  CHECK(!b.relay.on());
  b.run(2);
  CHECK(b.relay.on());
  CHECK(b.relay.origin() == BY_SWITCH);
  b.push();
  CHECK(!b.relay.on());
  CHECK(b.relay.locked_s(b.now) == 300);
  Bench r(true);
  r.load.min_off_s = 300;
  r.begin();
  CHECK(r.relay.on());
  r.say(false, 30);
  r.run(1);
  CHECK(r.say(true).refusal == ACCEPTED);
  CHECK(!r.relay.on());
  CHECK(r.relay.origin() == BY_SAFETY);
  r.run(299.5);
  CHECK(r.relay.on());
}

TEST_CASE("maximum on always ends it, locks it for the pause, and counts from the start for what rests on") {
  Bench b;
  b.load.max_on_s = 600;
  b.load.min_off_s = 120;
  b.begin();
  b.run(121);
  b.say(true, 600);
  for (int i = 0; i < 9; i++) {
    b.run(60);
    CHECK(b.say(true, 600).refusal == ACCEPTED);
  }
  b.run(61);
  CHECK(!b.relay.on());
  CHECK(b.relay.origin() == BY_SAFETY);
  const Answer locked = b.say(true);
  CHECK(locked.refusal == MAX_ON);
  CHECK(locked.retry_s <= 120);
  CHECK(locked.retry_s >= 118);
  b.run(120);
  CHECK(b.say(true).refusal == ACCEPTED);
  Bench r(true);
  r.load.max_on_s = 600;
  r.begin();
  r.run(601);
  CHECK(!r.relay.on());
  r.run(61);
  CHECK(r.relay.on());
}

TEST_CASE("a lever that stays closed does not outlast maximum on: it must be opened first") {
  Bench b;
  b.load.max_on_s = 300;
  b.load.wall = LEVER;
  b.begin();
  b.relay.lever(true);
  b.run(301);
  CHECK(!b.relay.on());
  b.run(600);
  CHECK(!b.relay.on());
  b.relay.lever(false);
  b.run(1);
  b.relay.lever(true);
  b.run(1);
  CHECK(b.relay.on());
}

TEST_CASE("minimum on: a stop is obeyed when it has been served, at latest when the lease would have lapsed; a lapse never waits") {
  Bench b;
  b.load.min_on_s = 120;
  b.begin();
  b.say(true, 600);
  b.run(30);
  CHECK(b.say(false).refusal == ACCEPTED);
  CHECK(b.relay.on());
  CHECK(b.relay.remaining_s(b.now) == 90);
  b.run(90.2);
  CHECK(!b.relay.on());
  b.load.min_on_s = 900;
  b.relay.change(b.load, b.now);
  b.say(true, 60);
  b.run(10);
  b.say(false);
  CHECK(b.relay.on());
  b.run(50.2);
  CHECK(!b.relay.on());
  b.say(true, 60);
  b.run(60.2);
  CHECK(!b.relay.on());
}

TEST_CASE("starts are counted over the last hour, whoever made them") {
  Bench b;
  b.load.starts_per_hour = 3;
  b.begin();
  for (int i = 0; i < 3; i++) {
    CHECK(b.say(true).refusal == ACCEPTED);
    b.run(60);
    b.say(false);
    b.run(60);
  }
  const Answer fourth = b.say(true);
  CHECK(fourth.refusal == STARTS);
  CHECK(fourth.retry_s == 3600 - 360);
  b.run(3600 - 360 - 1);
  CHECK(b.say(true).refusal == STARTS);
  b.run(1.5);
  CHECK(b.say(true).refusal == ACCEPTED);
  Bench r(true);
  r.load.starts_per_hour = 1;
  r.begin();
  CHECK(r.say(false).refusal == ACCEPTED);
  r.say(true);
  CHECK(r.relay.on());
  CHECK(r.say(false).refusal == STARTS);
}

TEST_CASE("the wall switch stands above commands: a push inverts and holds, the lever forces on") {
  Bench b;
  b.load.wall = BUTTON;
  b.load.hold_s = 600;
  b.begin();
  b.push();
  CHECK(b.relay.on());
  CHECK(b.relay.origin() == BY_SWITCH);
  const Answer off = b.say(false);
  CHECK(off.refusal == WALL_SWITCH);
  CHECK(off.retry_s == 600);
  CHECK(b.say(true).refusal == ACCEPTED);
  b.push();
  CHECK(!b.relay.on());
  CHECK(b.say(true).refusal == WALL_SWITCH);
  b.run(600.2);
  CHECK(!b.relay.on());
  CHECK(b.say(true).refusal == ACCEPTED);
  Bench l;
  l.load.wall = LEVER;
  l.begin();
  l.relay.lever(true);
  l.run(1);
  CHECK(l.relay.on());
  CHECK(l.say(false).refusal == WALL_SWITCH);
  CHECK(l.say(false).retry_s == 0);
  l.run(100000);
  CHECK(l.relay.on());
  l.relay.lever(false);
  l.run(1);
  CHECK(!l.relay.on());
}

TEST_CASE("after a power cut nothing comes on before minimum off and 0-120 s more; after another reset what rests on stays on") {
  int spread[3] = {0, 0, 0};
  for (uint32_t seed = 1; seed <= 60; seed++) {
    Bench b(true);
    b.random = Random(seed * 104729);
    b.load.min_off_s = 60;
    b.begin(true);
    CHECK(!b.relay.on());
    CHECK(b.relay.pulled());
    CHECK(b.relay.origin() == BY_SAFETY);
    b.run(59.8);
    CHECK(!b.relay.on());
    const Millis from = b.now;
    while (!b.relay.on() && b.now < from + 130000) b.run(1);
    CHECK(b.relay.on());
    CHECK(b.now - from <= 121000);
    spread[std::min<Millis>(2, (b.now - from) / 41000)]++;
  }
  for (int third : spread) CHECK(third > 8);
  Bench warm(true);
  warm.load.min_off_s = 60;
  warm.begin(false);
  CHECK(warm.relay.on());
}

TEST_CASE("a technician's test is a dead-man: it ends by itself and obeys the limits") {
  Bench b;
  b.load.min_off_s = 60;
  b.begin();
  CHECK(b.relay.service(true, 5, b.now).refusal == MIN_OFF);
  b.run(61);
  CHECK(b.relay.service(true, 200, b.now).refusal == ACCEPTED);
  b.run(1);
  CHECK(b.relay.on());
  CHECK(b.relay.origin() == BY_SERVICE);
  b.run(29.5);
  CHECK(!b.relay.on());
}

TEST_CASE("changes are reported once, renewals too") {
  Bench b;
  b.begin();
  CHECK(!b.relay.step(b.now, b.random));
  b.relay.command(true, 180, "a", b.now);
  CHECK(b.relay.step(b.now, b.random));
  CHECK(!b.relay.step(b.now, b.random));
  b.relay.command(true, 180, "b", b.now);
  CHECK(b.relay.step(b.now, b.random));
  CHECK(!b.relay.step(b.now, b.random));
}

TEST_CASE("a load that is renamed begins at rest; other settings leave it as it is") {
  Bench b;
  b.begin();
  b.say(true);
  b.load.max_on_s = 100;
  b.relay.change(b.load, b.now);
  CHECK(b.relay.on());
  std::strcpy(b.load.id, "car");
  b.relay.change(b.load, b.now);
  b.relay.step(b.now, b.random);
  CHECK(!b.relay.on());
}

TEST_CASE("a contact bounces for 50 ms; closed at start is no push") {
  WallInput w;
  CHECK(!w.see(true, 0));
  CHECK(!w.see(true, 100));
  CHECK(w.closed());
  CHECK(!w.see(false, 110));
  CHECK(!w.see(false, 200));
  for (Millis t = 210; t < 250; t += 10) CHECK(!w.see(t % 20 == 0, t));
  CHECK(!w.see(true, 250));
  CHECK(!w.see(true, 289));
  CHECK(w.see(true, 290));
  CHECK(!w.see(true, 310));
}

namespace {

Temperature celsius(int tenths) {
  Temperature t = {true, static_cast<int16_t>(tenths)};
  return t;
}
const Temperature NONE = {false, 0};

struct Washer {
  Wash wash;
  Settings settings;
  Millis now = 0;
  Washer() {
    default_settings(settings);
    settings.valve_fitted = settings.ntc_fitted = true;
    settings.wash_max_s = 100;
    settings.wash_interval_s = 1000;
    wash.begin(settings, 0, 0);
  }
  void run(double seconds, Temperature t) {
    const Millis end = now + static_cast<Millis>(seconds * 1000);
    while (now < end) wash.step(t, now += 100);
  }
};

}  // namespace

TEST_CASE("cleaning: one run of min(ttl, maximum), never renewed, then the interval") {
  Washer w;
  CHECK(w.wash.start(60, celsius(150), 0).refusal == ACCEPTED);
  CHECK(w.wash.remaining_s(0) == 60);
  w.run(30, celsius(150));
  CHECK(w.wash.start(60, celsius(150), w.now).refusal == INTERVAL);
  CHECK(w.wash.remaining_s(w.now) == 30);
  w.run(30.2, celsius(150));
  CHECK(!w.wash.active());
  CHECK(w.wash.cause() == RUN_OVER);
  const Answer early = w.wash.start(60, celsius(150), w.now);
  CHECK(early.refusal == INTERVAL);
  CHECK(early.retry_s == 1000);
  w.run(1000.2, celsius(150));
  CHECK(w.wash.start(600, celsius(150), w.now).refusal == ACCEPTED);
  CHECK(w.wash.remaining_s(w.now) == 100);
}

TEST_CASE("cleaning: frost, heat, no thermometer and no valve refuse it, and end it when they come") {
  Washer w;
  CHECK(w.wash.start(60, celsius(29), 0).refusal == FROST);
  CHECK(w.wash.start(60, celsius(401), 0).refusal == HEAT);
  CHECK(w.wash.start(60, NONE, 0).refusal == NO_SENSOR);
  w.settings.valve_fitted = false;
  w.wash.change(w.settings);
  CHECK(w.wash.start(60, celsius(150), 0).refusal == NO_ACTUATOR);
  const struct {
    Temperature t;
    WashCause cause;
  } ends[] = {{celsius(10), TOO_COLD}, {celsius(500), TOO_HOT}, {NONE, SENSOR_LOST}};
  for (const auto& end : ends) {
    Washer x;
    x.wash.start(60, celsius(150), 0);
    x.run(1, celsius(150));
    CHECK(x.wash.active());
    x.run(0.2, end.t);
    CHECK(!x.wash.active());
    CHECK(x.wash.cause() == end.cause);
    CHECK(x.wash.locked_s(x.now) > 990);
  }
}

TEST_CASE("cleaning: the lock-out goes on after a restart; a stop is always obeyed; a test does not lock") {
  Washer w;
  w.wash.begin(w.settings, 500, 0);
  CHECK(w.wash.start(60, celsius(150), 0).retry_s == 500);
  CHECK(w.wash.service(5, celsius(150), 0).refusal == ACCEPTED);
  w.run(5.2, celsius(150));
  CHECK(!w.wash.active());
  CHECK(w.wash.locked_s(w.now) <= 495);
  Washer s;
  s.wash.start(60, celsius(150), 0);
  s.wash.stop(1000);
  CHECK(!s.wash.active());
  CHECK(s.wash.cause() == STOPPED);
  CHECK(s.wash.locked_s(1000) == 1000);
}

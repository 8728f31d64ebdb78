#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include "../support/house.h"

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::string error_of(const std::string& outcome) {
  const size_t at = outcome.find("\"errore\":\"");
  return at == std::string::npos ? "" : outcome.substr(at + 10, outcome.find('"', at + 10) - at - 10);
}

House ready(const std::string& load = "\"carico\":\"boiler\"", sf::ResetCause cause = sf::RESET_EXTERNAL) {
  House h;
  h.provision();
  h.load(1, load);
  h.set("valvola", "\"montata\"");
  h.set("ntc", "\"montato\"");
  h.settle(cause);
  return h;
}

}  // namespace

TEST_CASE("it connects as the contract wants it: login, will, filters, then what it is") {
  House h = ready("\"carico\":\"boiler\",\"riposo\":\"acceso\",\"min_off_s\":300,\"max_on_s\":14400,\"avvii_ora\":6");
  h.run(2);
  CHECK(h.broker.faults.empty());
  CHECK(h.broker.user == "casa_A");
  CHECK(h.broker.password == "0123456789abcdef");
  CHECK(h.broker.client.rfind("casa_A-", 0) == 0);
  CHECK(h.broker.will_topic == "comunita/casa_A/stato");
  CHECK(h.broker.will == "{\"online\":false}");
  CHECK(h.broker.filters == std::vector<std::string>{"comunita/casa_A/alert", "comunita/casa_A/comando"});
  const Published& first = h.broker.published.front();
  CHECK(first.topic == "comunita/casa_A/stato");
  CHECK(first.retain);
  CHECK(first.qos == 1);
  CHECK(first.payload == "{\"online\":true,\"fw\":\"1.0.0\",\"boot\":2,\"uptime_s\":0,\"guasti\":[]}");
  CHECK(h.sent("carico/boiler/config") ==
        "{\"uscita\":1,\"riposo\":\"acceso\",\"min_on_s\":0,\"min_off_s\":300,\"max_on_s\":14400,\"avvii_ora\":6}");
  CHECK(h.sent("carico/boiler/stato") == "{\"acceso\":true,\"origine\":\"riposo\",\"residuo_s\":0,\"blocco_s\":0}");
  CHECK(h.sent("pulizia/stato") == "{\"attiva\":false,\"residuo_s\":0,\"causa\":\"nessuna\"}");
}

TEST_CASE("readings: a balance every 10 s and on a change, production alone where consumption is not measured") {
  House h = ready();
  h.sampler.amps[0] = 10;
  h.sampler.amps[1] = 4;
  h.run(60);
  const int steady = h.count("bilancio");
  CHECK(steady >= 6);
  CHECK(steady <= 8);
  CHECK(has(h.sent("bilancio"), "{\"produzione_w\":2300,\"consumo_w\":920,\"boot\":2,\"uptime_s\":"));
  h.sampler.amps[1] = 12;
  h.run(3.5);
  CHECK(has(h.sent("bilancio"), "\"consumo_w\":2760"));
  CHECK(h.count("produzione") == 0);
  h.sampler.mean[1] = 0;
  const int before = h.count("bilancio");
  h.run(30);
  CHECK(h.count("bilancio") <= before + 1);
  CHECK(has(h.sent("produzione"), "{\"potenza_w\":2300,\"boot\":2"));
  CHECK(!has(h.sent("produzione"), "consumata"));
  CHECK(has(h.sent("stato"), "\"guasti\":[\"ct_consumo_assente\"]"));
  h.sampler.mean[1] = 512;
  h.run(15);
  CHECK(has(h.sent("stato"), "\"guasti\":[]"));
}

TEST_CASE("seq rises by one over all readings of a boot; what was not acknowledged comes again with the same one, marked DUP") {
  House h = ready();
  h.sampler.amps[0] = 5;
  h.run(100);
  h.broker.deaf_disk = true;
  h.run(15);
  const std::string last = h.broker.published.back().payload;
  const uint32_t seq = House::number(last, "\"seq\":");
  h.broker.drop();
  h.run(3);
  h.broker.deaf_disk = false;
  const size_t from = h.broker.published.size();
  h.run(40);
  bool again = false;
  for (size_t i = from; i < h.broker.published.size(); i++)
    if (House::number(h.broker.published[i].payload, "\"seq\":") == seq) again = again || h.broker.published[i].again;
  CHECK(again);
  uint32_t expected = 1;
  for (const Published& p : h.broker.published) {
    const uint32_t s = House::number(p.payload, "\"seq\":");
    if (s == 0xFFFFFFFF) continue;
    if (p.again) continue;
    CHECK(s == expected);
    expected = s + 1;
  }
}

TEST_CASE("what cannot be delivered is kept, oldest first, with its age; the counters close the gap") {
  House h = ready();
  h.sampler.amps[0] = 10;
  h.run(20);
  const uint32_t before = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":");
  h.broker.kill();
  h.run(3 * 3600, 50);
  const size_t from = h.broker.published.size();
  h.broker.listening = true;
  h.run(120, 5);
  REQUIRE(h.count("bilancio") > 0);
  uint32_t oldest = 0, kept = 0, last_age = 0xFFFFFFFF;
  for (size_t i = from; i < h.broker.published.size(); i++) {
    const uint32_t age = House::number(h.broker.published[i].payload, "\"eta_s\":");
    if (age == 0xFFFFFFFF) continue;
    kept++;
    oldest = std::max(oldest, age);
    CHECK(age <= last_age);
    last_age = age;
  }
  CHECK(kept >= 16);
  CHECK(oldest > 10000);
  const uint32_t after = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":");
  CHECK(after - before == doctest::Approx(2300 * 3.03).epsilon(0.01));
}

TEST_CASE("every refusal of the contract, by its code") {
  House h = ready("\"carico\":\"pompa\",\"min_off_s\":60,\"max_on_s\":300,\"avvii_ora\":2,\"interruttore\":\"pulsante\",\"manuale_s\":60");
  const std::string on = "\"carico\":\"pompa\",\"acceso\":true,\"ttl_s\":60";
  const std::string boot = std::to_string(h.boot());
  auto raw = [&](const std::string& id, const std::string& json) {
    h.broker.send("comunita/casa_A/comando", json);
    return error_of(h.outcome_of(id));
  };
  CHECK(has(h.command(on), "\"ok\":false,\"errore\":\"min_off\",\"riprova_s\":"));
  h.run(61);
  CHECK(raw("x1", "{\"id\":\"x1\"," + on + ",\"boot\":1,\"entro_s\":9999}") == "boot");
  CHECK(raw("x2", "{\"id\":\"x2\"," + on + ",\"boot\":" + boot + ",\"entro_s\":10}") == "scaduto");
  CHECK(raw("x3", "{\"id\":\"x3\"," + on + ",\"boot\":" + boot + "}") == "formato");
  CHECK(raw("x4", "{\"id\":\"x4\"," + on + ",\"entro_s\":9999}") == "formato");
  CHECK(error_of(h.command("\"carico\":\"altro\",\"acceso\":true")) == "carico_sconosciuto");
  CHECK(error_of(h.command("\"carico\":\"pompa\",\"acceso\":\"si\"")) == "formato");
  CHECK(error_of(h.command("\"carico\":\"pompa\",\"acceso\":true,\"ttl_s\":29")) == "formato");
  CHECK(error_of(h.command("\"carico\":\"pompa\",\"acceso\":true,\"ttl_s\":601")) == "formato");
  CHECK(error_of(h.command("\"carico\":\"pompa\",\"acceso\":true,\"ttl_s\":-1")) == "formato");
  CHECK(error_of(h.command("\"azione\":\"balla\"")) == "formato");
  CHECK(!h.pins.high[0]);
  CHECK(has(h.command(on), "\"ok\":true}"));
  CHECK(h.pins.high[0]);
  for (int i = 0; i < 6; i++) h.run(50), h.command("\"carico\":\"pompa\",\"acceso\":true,\"ttl_s\":600");
  CHECK(!h.pins.high[0]);
  CHECK(error_of(h.command(on)) == "max_on");
  h.run(61);
  CHECK(has(h.command(on), "\"ok\":true"));
  h.command("\"carico\":\"pompa\",\"acceso\":false");
  h.run(61);
  CHECK(error_of(h.command(on)) == "avvii");
  h.pins.closed[0] = true;
  h.run(0.2);
  h.pins.closed[0] = false;
  h.run(0.2);
  CHECK(h.pins.high[0]);
  CHECK(has(h.sent("carico/pompa/stato"), "\"origine\":\"interruttore\""));
  CHECK(error_of(h.command("\"carico\":\"pompa\",\"acceso\":false")) == "interruttore");
}

TEST_CASE("cleaning over the wire: limits, codes, the valve, and the stop") {
  House h = ready();
  h.sampler.ntc = 512;
  h.run(2);
  CHECK(has(h.command("\"azione\":\"pulizia\",\"ttl_s\":60"), "\"ok\":true"));
  h.run(0.1);
  CHECK(h.pins.valve_open);
  CHECK(has(h.sent("pulizia/stato"), "{\"attiva\":true,\"residuo_s\":60,\"causa\":\"comando\"}"));
  h.broker.send("comunita/casa_A/comando", "{\"id\":\"stop\",\"azione\":\"ferma_pulizia\"}");
  CHECK(has(h.outcome_of("stop"), "\"ok\":true"));
  h.run(0.1);
  CHECK(!h.pins.valve_open);
  CHECK(error_of(h.command("\"azione\":\"pulizia\",\"ttl_s\":60")) == "intervallo");
  // The lock-out is remembered over a restart.
  h.run(130);
  h.broker.published.clear();
  h.start();
  h.connect();
  h.run(2);
  CHECK(error_of(h.command("\"azione\":\"pulizia\",\"ttl_s\":60")) == "intervallo");
  for (const auto& c : {std::make_pair(790, "gelo"), std::make_pair(300, "caldo"), std::make_pair(1023, "sensore_assente"),
                        std::make_pair(0, "sensore_assente")}) {
    h.sampler.ntc = static_cast<uint16_t>(c.first);
    h.run(2);
    CHECK(error_of(h.command("\"azione\":\"pulizia\",\"ttl_s\":60")) == c.second);
  }
  h.set("valvola", "\"nessuna\"");
  h.tell("{\"id\":1,\"cmd\":\"salva\"}");
  h.broker.published.clear();
  h.connect();
  CHECK(error_of(h.command("\"azione\":\"pulizia\",\"ttl_s\":60")) == "attuatore_assente");
}

TEST_CASE("a repeated id is answered again and changes nothing; the last 16 are known") {
  House h = ready();
  const std::string on = "\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":180";
  CHECK(has(h.command(on, "same"), "\"ok\":true"));
  h.run(100);
  CHECK(has(h.command(on, "same"), "\"ok\":true"));
  h.run(79);
  CHECK(h.pins.high[0]);
  h.run(2);
  CHECK(!h.pins.high[0]);
  for (int i = 0; i < 15; i++) h.command("\"carico\":\"boiler\",\"acceso\":false");
  CHECK(has(h.command(on, "same"), "\"ok\":true"));
  CHECK(!h.pins.high[0]);
  h.command("\"carico\":\"boiler\",\"acceso\":false");
  h.command("\"carico\":\"boiler\",\"acceso\":false");
  h.command(on, "same");
  CHECK(h.pins.high[0]);
}

TEST_CASE("retained, foreign and unreadable commands switch nothing and are not answered") {
  House h = ready();
  h.run(2);
  const std::string body = "{\"id\":\"r\",\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":60,\"boot\":2,\"entro_s\":9999}";
  const int before = h.count("comando/esito");
  h.broker.send("comunita/casa_A/comando", body, 1, true);
  h.broker.send("comunita/casa_B/comando", body);
  h.broker.send("comunita/casa_A/comandox", body);
  h.broker.send("altro/casa_A/comando", body);
  for (const char* bad : {"", "{", "[]", "null", "{\"id\":7}", "{\"id\":\"\"}", "{\"acceso\":true}", "\xff\xfe"})
    h.broker.send("comunita/casa_A/comando", bad);
  h.broker.send("comunita/casa_A/comando", std::string(2000, 'x'));
  h.run(5);
  CHECK(h.count("comando/esito") == before);
  CHECK(!h.pins.high[0]);
  CHECK(h.broker.connections == 1);
  // It is alive and well after all of them.
  CHECK(has(h.command("\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":60"), "\"ok\":true"));
  CHECK(h.pins.high[0]);
  CHECK(h.broker.acked.size() >= 12);
}

TEST_CASE("hub killed, cable pulled, broker frozen: every load is at rest within its TTL and the spread") {
  for (int fault = 0; fault < 3; fault++) {
    House h;
    h.provision();
    h.load(1, "\"carico\":\"auto\"");
    h.load(2, "\"carico\":\"boiler\",\"riposo\":\"acceso\"");
    h.settle();
    h.command("\"carico\":\"auto\",\"acceso\":true,\"ttl_s\":180");
    h.command("\"carico\":\"boiler\",\"acceso\":false,\"ttl_s\":180");
    h.run(1);
    CHECK(h.pins.high[0]);
    CHECK(h.pins.high[1]);
    if (fault == 0) h.broker.kill();
    if (fault == 1) h.port.plugged = false;
    if (fault == 2) h.broker.frozen = true;
    h.run(170);
    CHECK(h.pins.high[0]);
    h.run(10);
    CHECK(!h.pins.high[0]);
    h.run(300);
    CHECK(!h.pins.high[1]);
    h.broker.frozen = false;
    h.broker.listening = h.port.plugged = true;
    h.broker.published.clear();
    CHECK(h.connect(90));
    h.run(2);
    CHECK(has(h.sent("carico/auto/stato"), "\"origine\":\"riposo\""));
  }
}

TEST_CASE("a reset ends every lease; a command made before it switches nothing after it") {
  House h = ready();
  const std::string old = "{\"id\":\"old\",\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":600,\"boot\":" +
                          std::to_string(h.boot()) + ",\"entro_s\":9999}";
  h.command("\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":600");
  CHECK(h.pins.high[0]);
  h.broker.published.clear();
  h.start(sf::RESET_WATCHDOG);
  CHECK(!h.pins.high[0]);
  h.connect();
  h.broker.send("comunita/casa_A/comando", old);
  CHECK(error_of(h.outcome_of("old")) == "boot");
  CHECK(!h.pins.high[0]);
  CHECK(has(h.ask("{\"id\":1,\"cmd\":\"info\"}"), "\"reset\":\"watchdog\",\"watchdog\":1"));
}

TEST_CASE("counters and boot number survive resets, and a power cut in the middle of writing them") {
  House h = ready();
  h.sampler.amps[0] = 20;
  h.run(600);
  const uint32_t before = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":");
  CHECK(before > 700);
  uint32_t boot = h.boot();
  for (long cut = 0; cut < 40; cut += 3) {
    h.eeprom.writes_left = cut;
    h.run(125, 50);
    h.eeprom.writes_left = -1;
    h.broker.published.clear();
    h.start();
    h.connect();
    h.run(12);
    const uint32_t wh = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":");
    CHECK(wh + 200 > before);
    CHECK(h.boot() == ++boot);
  }
}

TEST_CASE("a refused key: it keeps trying, slowly, and measures on") {
  House h;
  h.provision();
  h.tell("{\"id\":3,\"cmd\":\"salva\"}");
  h.broker.refusal = 5;
  h.start();
  h.run(600, 10);
  CHECK(h.broker.connections >= 10);
  CHECK(h.broker.connections <= 20);
  CHECK(has(h.ask("{\"id\":1,\"cmd\":\"rete\"}"), "\"errore\":\"connack_5\""));
  h.broker.refusal = 0;
  CHECK(h.connect(90));
}

TEST_CASE("a slow disk at the hub holds back readings and nothing else") {
  House h = ready();
  h.broker.deaf_disk = true;
  h.run(12);
  CHECK(has(h.command("\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":60"), "\"ok\":true"));
  CHECK(h.pins.high[0]);
}

TEST_CASE("the watchdog is fed by progress alone") {
  House h = ready();
  const uint32_t before = h.fed;
  h.run(60);
  CHECK(h.fed - before >= 58);
  // No samples: no food.
  h.sampler.next = 1000000000;
  const uint32_t starved = h.fed;
  for (int i = 0; i < 2000; i++) {
    h.now += 5;
    h.node->step(h.now);
    if (h.node->healthy()) h.fed++;
  }
  CHECK(h.fed - starved <= 1);
}

TEST_CASE("alerts come and go; the LED says the first thing that is wrong") {
  House h = ready();
  h.run(5);
  CHECK(h.pins.lit);
  h.broker.send("comunita/casa_A/alert", "pulisci_pannelli");
  h.run(1);
  CHECK(has(h.ask("{\"id\":1,\"cmd\":\"misure\"}"), "\"alert\":\"pulisci_pannelli\""));
  h.broker.send("comunita/casa_A/alert", "rientrato");
  h.run(1);
  CHECK(!has(h.ask("{\"id\":1,\"cmd\":\"misure\"}"), "alert"));
  h.port.plugged = false;
  h.run(1);
  int flashes = 0;
  bool was = false;
  for (int i = 0; i < 600; i++) {
    h.run(0.005);
    flashes += h.pins.lit && !was;
    was = h.pins.lit;
  }
  CHECK(flashes == 1);
}

TEST_CASE("ten days: counters exact, no cell worn out, no lease outlived, uptime beyond 32 bits of milliseconds") {
  House h = ready("\"carico\":\"boiler\"");
  h.now = 40ull * 86400 * 1000;  // as if it had run for forty days
  h.sampler.now = h.now;
  h.sampler.next = h.now + 1000;
  h.run(5);
  h.connect();
  const sf::Millis from = h.now;
  const uint32_t start_wh = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":");
  double true_wh = 0;
  uint32_t lit_s = 0, ordered = 0;
  sf::Millis lease_end = 0;
  for (int hour = 0; hour < 10 * 24; hour++) {
    const double sun = std::max(0.0, std::sin((hour % 24 - 6) / 12.0 * M_PI));
    h.sampler.amps[0] = 13 * sun;
    h.sampler.amps[1] = 1 + hour % 5;
    // Every second day the hub is away from noon to eight in the evening.
    if (hour % 48 == 12) {
      h.broker.listening = false;
      h.broker.drop();
      h.broker.filters.clear();
    }
    if (hour % 48 == 20) h.broker.listening = true;
    if (h.broker.listening) {
      REQUIRE(h.until([&] { return !h.broker.filters.empty() && h.broker.state_ == sf::TCP_OPEN; }, 120, 250));
      h.run(1, 250);
      h.broker.send("comunita/casa_A/comando", "{\"id\":\"d" + std::to_string(hour) +
                    "\",\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":600,\"boot\":2,\"entro_s\":" + std::to_string(h.now / 1000 + 15) + "}");
      lease_end = h.now + 601000;
      ordered++;
    }
    while (h.now < from + static_cast<sf::Millis>(hour + 1) * 3600000) {
      h.run(1, 250);
      lit_s += h.pins.high[0];
      if (h.pins.high[0]) CHECK(h.now <= lease_end);
    }
    true_wh += sun * 13 * 230;
  }
  h.connect(90);
  h.run(30);
  const double counted = House::number(h.sent("bilancio"), "\"energia_prodotta_wh\":") - start_wh;
  MESSAGE("10 days: " << counted << " Wh counted, " << true_wh << " Wh true, relay on " << lit_s << " s in " << ordered << " leases");
  CHECK(counted == doctest::Approx(true_wh).epsilon(0.005));
  CHECK(lit_s <= ordered * 601);
  CHECK(lit_s >= ordered * 590);
  uint32_t worn = 0;
  for (uint32_t w : h.eeprom.wear) worn = std::max(worn, w);
  MESSAGE("most worn cell: " << worn << " writes in 10 days");
  // 100,000 writes must last at least 15 years.
  CHECK(worn * 36.5 * 15 < 100000);
}

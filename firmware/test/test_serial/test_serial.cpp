#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include <algorithm>
#include "../support/house.h"

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/** Every line is one JSON object with its right checksum as last member. */
void check_lines(const std::string& out) {
  size_t from = 0;
  while (from < out.size()) {
    const size_t end = out.find('\n', from);
    REQUIRE(end != std::string::npos);
    const std::string line = out.substr(from, end - from);
    from = end + 1;
    REQUIRE(line.size() > 14);
    const std::string body = line.substr(0, line.size() - 14);
    CHECK(House::sealed(body + "}") == line);
    sf::JsonReader json;
    // The reader is made for requests: it takes 16 members, a load's line has one more.
    if (std::count(line.begin(), line.end(), ':') <= 16) CHECK_MESSAGE(json.parse(line.data(), line.size()), line);
  }
}

House ready() {
  House h;
  h.provision();
  h.load(1, "\"carico\":\"boiler\",\"interruttore\":\"leva\"");
  h.settle();
  h.run(3);
  return h;
}

}  // namespace

TEST_CASE("every reading command answers in lines that check") {
  House h = ready();
  for (const char* cmd : {"info", "misure", "rete", "contatori", "autotest", "eventi", "config", "carichi"}) {
    const std::string out = h.ask(std::string("{\"id\":77,\"cmd\":\"") + cmd + "\"}");
    check_lines(out);
    CHECK_MESSAGE(has(out, "{\"id\":77,\"ok\":true"), out);
  }
  const std::string adc = h.ask("{\"id\":1,\"cmd\":\"adc\",\"canale\":0}");
  check_lines(adc);
  CHECK(has(adc, "\"canale\":0,\"campioni\":4000,\"media\":512.00,\"rms\":0.288,"));
  CHECK(has(h.ask("{\"id\":1,\"cmd\":\"rete\"}"), "\"mqtt\":\"connesso\",\"errore\":\"nessuno\""));
  CHECK(has(h.ask("{\"id\":1,\"cmd\":\"config\"}"), "\"campo\":\"chiave\",\"valore\":\"impostata\""));
  CHECK(!has(h.ask("{\"id\":1,\"cmd\":\"config\"}"), "0123456789abcdef"));
  const std::string test = h.ask("t");
  CHECK(has(test, "\"nome\":\"mqtt\",\"esito\":\"pass\",\"valore\":\"connesso\""));
  CHECK(has(test, "\"nome\":\"ct_consumo\",\"esito\":\"warn\""));
  CHECK(has(test, "\"ok\":true,\"parti\":10,\"esito\":\"warn\""));
}

TEST_CASE("one letter is enough on a bare terminal, and letters only read") {
  House h = ready();
  for (char c : std::string("?iatceng" "l")) {
    const std::string out = h.ask(std::string(1, c) + "\r");
    check_lines(out);
    CHECK_MESSAGE(has(out, "{\"id\":0,\"ok\":true"), std::string(1, c));
  }
  h.ask("m");
  h.serial.out.clear();
  h.run(3.2);
  check_lines(h.serial.out);
  CHECK(has(h.serial.out, "{\"msg\":\"misura\",\"uptime_s\":"));
  CHECK(has(h.ask("z"), "\"errore\":\"formato\""));
}

TEST_CASE("what changes something needs its checksum; a wrong one is refused even for reading") {
  House h = ready();
  for (const char* body : {"\"cmd\":\"imposta\",\"campo\":\"porta\",\"valore\":99", "\"cmd\":\"salva\"", "\"cmd\":\"annulla\"",
                           "\"cmd\":\"riavvia\"", "\"cmd\":\"predefiniti\"", "\"cmd\":\"prova_rete\"",
                           "\"cmd\":\"rele\",\"uscita\":1,\"acceso\":true,\"secondi\":5", "\"cmd\":\"valvola\",\"secondi\":5",
                           "\"cmd\":\"carico\",\"uscita\":1,\"carico\":\"x\"", "\"cmd\":\"calibra\",\"canale\":0,\"passo\":\"zero\""}) {
    const std::string line = std::string("{\"id\":5,") + body + "}";
    CHECK_MESSAGE(has(h.ask(line), "{\"id\":5,\"ok\":false,\"errore\":\"crc\""), body);
    std::string spoilt = House::sealed(line);
    spoilt[8] ^= 1;
    h.run(1);  // of what is no request, five a second are answered
    CHECK(has(h.ask(spoilt), "\"ok\":false"));
  }
  CHECK(!h.pins.restarted);
  h.run(1);
  CHECK(has(h.ask("{\"id\":5,\"cmd\":\"info\",\"crc\":\"0000\"}"), "\"errore\":\"crc\""));
  CHECK(has(h.tell("{\"id\":5,\"cmd\":\"info\"}"), "\"ok\":true"));
  CHECK(has(h.ask("{\"id\":5,\"cmd\":\"balla\"}"), "{\"id\":5,\"ok\":false,\"errore\":\"comando\""));
  CHECK(has(h.ask("{\"cmd\":\"info\"}"), "{\"id\":null,\"ok\":false,\"errore\":\"formato\""));
  CHECK(has(h.ask(std::string(500, 'x')), "\"errore\":\"lungo\""));
  CHECK(has(h.ask("i"), "\"ok\":true"));
}

TEST_CASE("noise on the port disturbs nothing and does not fill it") {
  House h = ready();
  h.sampler.amps[0] = 10;
  std::string noise;
  uint32_t x = 1;
  for (int i = 0; i < 20000; i++) noise += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  h.serial.out.clear();
  h.serial.in += noise;
  const uint32_t fed = h.fed;
  h.run(30);
  CHECK(h.fed - fed >= 29);
  CHECK(has(h.sent("bilancio"), "\"produzione_w\":2300"));
  CHECK(std::count(h.serial.out.begin(), h.serial.out.end(), '\n') < 31 * 6);
  check_lines(h.serial.out);
  h.serial.in += "\n";
  h.run(2);
  CHECK(has(h.ask("i"), "\"ok\":true"));
}

TEST_CASE("relay test: a dead-man, and the reason where it is refused") {
  House h = ready();
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"rele\",\"uscita\":1,\"acceso\":true,\"secondi\":5}"), "\"ok\":true,\"uscita\":1,\"acceso\":true,\"secondi\":5"));
  h.run(4.5);
  CHECK(h.pins.high[0]);
  h.run(1);
  CHECK(!h.pins.high[0]);
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"rele\",\"uscita\":3,\"acceso\":true,\"secondi\":5}"), "\"campo\":\"uscita\""));
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"rele\",\"uscita\":1,\"acceso\":true,\"secondi\":31}"), "\"atteso\":\"0..30\""));
  h.load(1, "\"min_off_s\":600");
  h.tell("{\"id\":3,\"cmd\":\"salva\"}");
  h.start();
  h.run(1);
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"rele\",\"uscita\":1,\"acceso\":true,\"secondi\":5}"), "\"errore\":\"rifiutato\",\"motivo\":\"min_off\",\"riprova_s\":"));
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"valvola\",\"secondi\":5}"), "\"motivo\":\"attuatore_assente\""));
}

TEST_CASE("settings: nothing is kept without salva, annulla forgets, and a save survives the reset") {
  House h = ready();
  h.set("porta", "2883");
  CHECK(has(h.ask("g"), "\"campo\":\"porta\",\"valore\":2883"));
  CHECK(has(h.ask("i"), "\"da_salvare\":true"));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"annulla\"}"), "\"ok\":true"));
  CHECK(has(h.ask("g"), "\"campo\":\"porta\",\"valore\":1883"));
  h.set("porta", "2883");
  h.start();
  CHECK(has(h.ask("g"), "\"campo\":\"porta\",\"valore\":1883"));
  h.set("porta", "2883");
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"salva\"}"), "{\"id\":1,\"ok\":true"));
  h.start();
  CHECK(has(h.ask("g"), "\"campo\":\"porta\",\"valore\":2883"));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"imposta\",\"campo\":\"porta\",\"valore\":0}"), "\"errore\":\"campo\",\"campo\":\"porta\",\"atteso\":\"1..65535\""));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"carico\",\"uscita\":2,\"carico\":\"boiler\"}"), "\"campo\":\"carico\""));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"carico\",\"uscita\":2,\"carico\":\"rete\"}"), "\"campo\":\"carico\""));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"carico\",\"uscita\":5,\"carico\":\"x\"}"), "\"atteso\":\"1..4\""));
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"predefiniti\"}"), "\"ok\":true"));
  CHECK(has(h.ask("g"), "\"campo\":\"casa\",\"valore\":\"\""));
  h.tell("{\"id\":1,\"cmd\":\"riavvia\"}");
  h.run(1);
  CHECK(h.pins.restarted);
}

TEST_CASE("calibration by a known load: the error before and after, saved only on request") {
  House h = ready();
  const std::string zero = h.tell("{\"id\":6,\"cmd\":\"calibra\",\"canale\":1,\"passo\":\"zero\"}");
  CHECK(has(zero, "{\"id\":6,\"ok\":true,\"canale\":1,\"passo\":\"zero\",\"prima\":0.083,\"dopo\":0.083"));
  h.sampler.amps[1] = 8.5;
  const std::string gain = h.tell("{\"id\":7,\"cmd\":\"calibra\",\"canale\":1,\"passo\":\"guadagno\",\"w\":2000}");
  CHECK(has(gain, "\"vero_ma\":8695,\"errore_prima\":-2.2"));
  CHECK(has(gain, "\"guadagno\":1.02"));
  CHECK((has(gain, "\"errore_dopo\":0.0") || has(gain, "\"errore_dopo\":-0.0")));
  CHECK(has(h.ask("i"), "\"da_salvare\":true"));
  CHECK(has(h.tell("{\"id\":7,\"cmd\":\"calibra\",\"canale\":0,\"passo\":\"guadagno\",\"ma\":8000}"), "\"errore\":\"campo\",\"campo\":\"w\""));
  CHECK(has(h.tell("{\"id\":7,\"cmd\":\"calibra\",\"canale\":2,\"passo\":\"zero\"}"), "\"atteso\":\"0..1\""));
  // While it runs, the rest waits; it can be called off.
  h.serial.in += House::sealed("{\"id\":8,\"cmd\":\"calibra\",\"canale\":1,\"passo\":\"zero\"}") + "\n";
  h.run(1);
  CHECK(has(h.tell("{\"id\":1,\"cmd\":\"salva\"}"), "\"errore\":\"occupato\""));
  CHECK(has(h.tell("{\"id\":9,\"cmd\":\"calibra\",\"passo\":\"annulla\"}"), "{\"id\":9,\"ok\":true"));
}

TEST_CASE("network test: made anew, with the time it took, or what is missing") {
  House h = ready();
  CHECK(has(h.tell("{\"id\":12,\"cmd\":\"prova_rete\"}"), "{\"id\":12,\"ok\":true,\"mqtt\":\"connesso\",\"ms\":"));
  h.broker.kill();
  h.run(1);
  const std::string out = h.tell("{\"id\":12,\"cmd\":\"prova_rete\"}");
  CHECK(has(out, "\"ok\":false,\"errore\":\"rete\",\"mqtt\":\""));
}

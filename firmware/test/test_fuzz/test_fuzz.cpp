#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include "../support/house.h"

// Hostile bytes for everything that reads from outside, on a whole node under the sanitizers. With clang's libFuzzer
// (-DSF_LIBFUZZER -fsanitize=fuzzer) the bytes are its own, else a bounded random driver mutates sound ones.

namespace {

const char* const COMMANDS[] = {
    "{\"id\":\"a1\",\"carico\":\"boiler\",\"acceso\":true,\"ttl_s\":180,\"boot\":2,\"entro_s\":99999}",
    "{\"id\":\"a2\",\"azione\":\"pulizia\",\"ttl_s\":60,\"boot\":2,\"entro_s\":99999}",
    "{\"id\":\"a3\",\"azione\":\"ferma_pulizia\"}",
};
const char* const LINES[] = {
    "{\"id\":1,\"cmd\":\"info\"}",     "{\"id\":2,\"cmd\":\"adc\",\"canale\":1}",
    "{\"id\":3,\"cmd\":\"autotest\"}", "{\"id\":4,\"cmd\":\"imposta\",\"campo\":\"ip\",\"valore\":\"192.168.1.50/24\"}",
    "{\"id\":5,\"cmd\":\"carico\",\"uscita\":1,\"carico\":\"boiler\",\"riposo\":\"acceso\",\"min_on_s\":5,\"interruttore\":\"leva\"}",
    "{\"id\":6,\"cmd\":\"calibra\",\"canale\":0,\"passo\":\"guadagno\",\"w\":2000}",
    "{\"id\":7,\"cmd\":\"rele\",\"uscita\":1,\"acceso\":true,\"secondi\":5}",
    "{\"id\":8,\"cmd\":\"imposta\",\"campo\":\"mac\",\"valore\":\"02:5F:00:00:00:01\"}",
};

void must(bool holds, const char* what) {
  if (holds) return;
  std::printf("broken: %s\n", what);
  std::abort();
}

struct Target {
  House h;
  Target() {
    h.provision();
    h.load(1, "\"carico\":\"boiler\"");
    h.set("valvola", "\"montata\"");
    h.set("ntc", "\"montato\"");
    h.settle();
  }
  /** Whatever came, the node measures, answers and returns to rest. */
  void still_well() {
    h.broker.to_node.clear();
    h.serial.in += "\n";
    h.tell("{\"id\":1,\"cmd\":\"calibra\",\"passo\":\"annulla\"}");
    h.run(700, 250);
    must(h.connect(120), "it connects again");
    must(!h.pins.valve_open, "the valve is shut");
    must(h.ask("i").find("\"ok\":true") != std::string::npos, "it answers on its port");
  }
};

void feed(Target& t, uint8_t way, const uint8_t* bytes, size_t n) {
  const std::string text(reinterpret_cast<const char*>(bytes), n);
  House& h = t.h;
  switch (way % 6) {
    case 0: h.broker.to_node += text; break;
    case 1: h.broker.send("comunita/casa_A/comando", text); break;
    case 2: h.serial.in += text + "\n"; break;
    case 3: h.serial.in += (n > 1 && text.back() == '}' ? House::sealed(text) : text) + "\n"; break;
    case 4: {
      uint8_t ip[4];
      sf::parse_dns_reply(bytes, n, 0x1234, ip);
      sf::JsonReader json;
      json.parse(text.data(), n);
      uint32_t number;
      char word[8];
      json.natural(F_("id"), 600, &number);
      json.text(F_("id"), word, sizeof word);
      break;
    }
    default: {
      FakeUdp udp;
      sf::Random random(9);
      sf::Dhcp dhcp(udp, random);
      const uint8_t mac[6] = {2, 1, 2, 3, 4, 5};
      uint8_t scratch[384];
      dhcp.start(mac, 0);
      dhcp.step(scratch, sizeof scratch, 0);
      std::vector<uint8_t> packet(udp.sent.back());
      packet[0] = 2;
      packet.resize(240);
      packet.insert(packet.end(), bytes, bytes + n);
      udp.coming.push_back(packet);
      for (int i = 0; i < 3; i++) dhcp.step(scratch, sizeof scratch, 10 * i);
    }
  }
  h.run(0.05);
}

}  // namespace

#ifdef SF_LIBFUZZER

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Target target;
  if (size) feed(target, data[0], data + 1, size - 1);
  target.h.broker.published.clear();
  target.h.serial.out.clear();
  return 0;
}

#else

int main(int argc, char** argv) {
  const int rounds = argc > 1 && argv[1][0] != '-' ? std::atoi(argv[1]) : 20000;
  std::mt19937 dice(20240621);
  std::unique_ptr<Target> target(new Target);
  uint32_t inputs = 0;
  for (int round = 0; round < rounds; round++) {
    const uint8_t way = static_cast<uint8_t>(dice() % 6);
    std::string text;
    if (dice() % 8 == 0) {
      for (uint32_t n = dice() % 200; n--;) text += static_cast<char>(dice());
    } else {
      text = way == 1 ? COMMANDS[dice() % 3] : LINES[dice() % 8];
      if (way == 0) {
        FakeBroker maker;
        maker.send("comunita/casa_A/comando", COMMANDS[dice() % 3], static_cast<uint8_t>(dice() % 3));
        text = maker.to_node;
      }
      for (uint32_t n = dice() % 6; n-- && !text.empty();) {
        const size_t at = dice() % text.size();
        switch (dice() % 5) {
          case 0: text[at] = static_cast<char>(dice()); break;
          case 1: text.erase(at, dice() % 8); break;
          case 2: text.insert(at, text.substr(dice() % text.size(), dice() % 20)); break;
          case 3: text[at] = "{}[]\",:\\0-9eE."[dice() % 14]; break;
          default: text.insert(at, std::string(dice() % 60, static_cast<char>(dice()))); break;
        }
      }
    }
    feed(*target, way, reinterpret_cast<const uint8_t*>(text.data()), text.size());
    inputs++;
    if (round % 4000 == 3999) {
      target->still_well();
      target.reset(new Target);
    }
  }
  std::printf("%u hostile inputs, the node stayed well\n", inputs);
  return 0;
}

#endif

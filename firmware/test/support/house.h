#pragma once
#include <crc.h>
#include <memory>
#include "fake_broker.h"

/** A node with everything around it. `start` again is a reset: EEPROM and what is outside stay. */
struct House {
  FakeEeprom eeprom;
  FakePins pins;
  FakeSerial serial;
  FakeSampler sampler;
  FakePort port;
  FakeBroker broker;
  FakeUdp udp;
  std::unique_ptr<sf::Node> node;
  sf::Millis now = 0;
  uint32_t fed = 0;
  int next_command = 1;

  void start(sf::ResetCause cause = sf::RESET_EXTERNAL) {
    now = 0;
    sampler.now = 0;
    sampler.next = 1000;
    broker.close();
    node.reset(new sf::Node({eeprom, pins, serial, sampler, port, broker, udp}));
    node->begin(cause, now);
  }
  void run(double seconds, sf::Millis step = 5) {
    const sf::Millis end = now + static_cast<sf::Millis>(seconds * 1000);
    while (now < end) {
      now += step;
      sampler.now = now;
      node->step(now);
      if (node->healthy()) fed++;
    }
  }
  bool until(const std::function<bool()>& holds, double seconds, sf::Millis step = 5) {
    const sf::Millis end = now + static_cast<sf::Millis>(seconds * 1000);
    while (!holds()) {
      if (now >= end) return false;
      run(static_cast<double>(step) / 1000, step);
    }
    return true;
  }

  static std::string sealed(std::string json) {
    json.pop_back();
    char tail[20];
    snprintf(tail, sizeof tail, ",\"crc\":\"%04X\"}", sf::crc16(json.data(), json.size()));
    return json + tail;
  }
  /** Sends a line, gives what comes back until an answer closes it. */
  std::string ask(const std::string& line, double seconds = 30) {
    serial.out.clear();
    serial.in += line + "\n";
    const bool answered = until([&] { return serial.out.find("\"ok\":") != std::string::npos && serial.out.back() == '\n'; }, seconds);
    return answered ? serial.out : serial.out + "(silence)";
  }
  std::string tell(const std::string& json) { return ask(sealed(json)); }
  void set(const std::string& field, const std::string& value) {
    tell("{\"id\":1,\"cmd\":\"imposta\",\"campo\":\"" + field + "\",\"valore\":" + value + "}");
  }

  void provision() {
    start();
    set("casa", "\"casa_A\"");
    set("chiave", "\"0123456789abcdef\"");
    set("hub", "\"192.168.1.10\"");
    set("ip", "\"192.168.1.50/24\"");
  }
  void load(int output, const std::string& fields) {
    tell("{\"id\":2,\"cmd\":\"carico\",\"uscita\":" + std::to_string(output) + "," + fields + "}");
  }
  /** Saves what was set, starts anew and connects. */
  void settle(sf::ResetCause cause = sf::RESET_EXTERNAL) {
    tell("{\"id\":3,\"cmd\":\"salva\"}");
    start(cause);
    connect();
  }
  bool connect(double seconds = 90) {
    return until([&] { return !sent("stato").empty(); }, seconds);
  }

  uint32_t boot() const { return number(serial_info(), "\"boot\":"); }
  std::string serial_info() const {
    const std::string status = sent("stato");
    return status;
  }
  static uint32_t number(const std::string& json, const std::string& key) {
    const size_t at = json.find(key);
    return at == std::string::npos ? 0xFFFFFFFF : static_cast<uint32_t>(std::stoul(json.substr(at + key.size())));
  }
  /** The last payload under a topic of this house; empty = none. */
  std::string sent(const std::string& tail) const {
    for (auto p = broker.published.rbegin(); p != broker.published.rend(); ++p)
      if (p->topic == "comunita/casa_A/" + tail) return p->payload;
    return "";
  }
  int count(const std::string& tail) const {
    int n = 0;
    for (const Published& p : broker.published) n += p.topic == "comunita/casa_A/" + tail;
    return n;
  }
  std::string fresh_id() { return "c" + std::to_string(next_command++); }
  /** A command as the hub makes it; gives the outcome's payload. */
  std::string command(const std::string& fields, const std::string& id_or_empty = "") {
    const std::string id = id_or_empty.empty() ? fresh_id() : id_or_empty;
    broker.send("comunita/casa_A/comando", "{\"id\":\"" + id + "\"," + fields + ",\"boot\":" + std::to_string(boot()) +
                                               ",\"entro_s\":" + std::to_string(now / 1000 + 15) + "}");
    return outcome_of(id);
  }
  std::string outcome_of(const std::string& id, double seconds = 5) {
    const size_t before = broker.published.size();
    const std::string key = "\"id\":\"" + id + "\"";
    std::string found;
    until(
        [&] {
          for (size_t i = before; i < broker.published.size(); i++)
            if (broker.published[i].topic == "comunita/casa_A/comando/esito" &&
                broker.published[i].payload.find(key) != std::string::npos)
              found = broker.published[i].payload;
          return !found.empty();
        },
        seconds);
    return found;
  }
};

#include <Arduino.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <node.h>
#include "adc.h"
#include "hardware.h"

namespace {

MegaEeprom eeprom;
MegaPins pins;
MegaSerial serial;
MegaSpi spi;
Adc adc;
sf::W5500 chip(spi);
sf::W5500Tcp broker_socket(chip, 0);
sf::W5500Udp address_socket(chip, 1);
sf::Node node({eeprom, pins, serial, adc, chip, broker_socket, address_socket});

/** millis() goes round every 49.7 days; this does not. */
sf::Millis uptime() {
  static uint32_t last = 0;
  static sf::Millis rounds = 0;
  const uint32_t now = millis();
  if (now < last) rounds += static_cast<sf::Millis>(1) << 32;
  last = now;
  return rounds | now;
}

}  // namespace

void setup() {
  pins.begin();
  spi.begin();
  serial.begin();
  node.begin(reset_cause(), uptime());
  adc.begin();
  set_sleep_mode(SLEEP_MODE_IDLE);
  sleep_enable();
  wdt_enable(WDTO_4S);
}

void loop() {
  static sf::Millis last = 0;
  const sf::Millis now = uptime();
  if (now != last) {
    last = now;
    node.step(now);
    if (node.healthy()) wdt_reset();
  }
  // Until the next interrupt, 125 us at most: less noise for the ADC.
  sleep_cpu();
}

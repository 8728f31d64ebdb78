#pragma once
#include <board.h>
#include <eeprom.h>
#include <w5500.h>

class MegaEeprom : public sf::Eeprom {
 public:
  uint8_t read(uint16_t at) override;
  bool ready() override;
  void write(uint16_t at, uint8_t byte) override;
};

/** Relays D22 D24 D26 D28, wall switches D23 D25 D27 D29, valve D30, LED D9 and D13. */
class MegaPins : public sf::Pins {
 public:
  void begin();
  void relay(uint8_t output, bool high) override;
  void valve(bool open) override;
  bool wall_closed(uint8_t input) override;
  void led(bool on) override;
  uint16_t free_ram() override;
  const sf::FlashText* board_name() override;
  void restart() override;
};

class MegaSerial : public sf::SerialPort {
 public:
  void begin();
  int read() override;
  size_t room() override;
  void write(char c) override;
};

/** SPI at 8 MHz, chip select D10; D4, the select of the shield's card slot, is held high. */
class MegaSpi : public sf::SpiBus {
 public:
  void begin();
  void select(bool selected) override;
  void transfer(const uint8_t* from, uint8_t* to, size_t count) override;
};

/** Why the chip was reset, as it stood before anything cleared it. */
sf::ResetCause reset_cause();

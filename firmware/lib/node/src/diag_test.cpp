#include "node.h"

namespace sf {

static const uint8_t PASS = 0, WARN = 1, FAIL = 2, NOT_FITTED = 3;

void Diag::judge(const FlashText* name, uint8_t verdict, const char* value, const FlashText* expected) {
  if (verdict != NOT_FITTED && verdict > worst_) worst_ = verdict;
  Json json = part(parts_id_);
  json.text(F_("nome"), name)
      .text(F_("esito"), verdict == PASS ? F_("pass") : verdict == WARN ? F_("warn") : verdict == FAIL ? F_("fail") : F_("salta"))
      .text(F_("valore"), value)
      .text(F_("atteso"), expected);
  send(json);
}

static uint8_t judge_ct(const ChannelSettings& channel, const CtReading& reading, Text& value) {
  if (!channel.fitted) {
    value.add(F_("spento"));
    return NOT_FITTED;
  }
  switch (reading.fault) {
    case UNPLUGGED: value.add(F_("scollegato, ")); break;
    case BIAS_OFF: value.add(F_("bias fuori, ")); break;
    case CLIPPING: value.add(F_("tagliato, ")); break;
    case SOUND: break;
  }
  value.add(F_("media ")).add_decimal(reading.mean_e2, 2).add(F_(", ")).add_unsigned(reading.ma).add(F_(" mA"));
  if (!channel.bandgap_q8 && channel.gain_e4 == 10000) {
    value.add(F_(", non calibrato"));
    if (reading.fault == SOUND) return WARN;
  }
  return reading.fault == SOUND ? PASS : reading.fault == CLIPPING ? WARN : FAIL;
}

bool Diag::test_part(uint8_t index, Millis) {
  const Meter& m = node_.meter_;
  const Network& n = node_.network_;
  char buffer[72];
  Text value(buffer, sizeof buffer);
  uint8_t verdict = PASS;
  switch (index) {
    case 0: {
      const uint16_t mv = m.supply_mv();
      if (mv) {
        value.add_unsigned(mv).add(F_(" mV"));
      } else {
        value.add(F_("non misurata"));
      }
      verdict = mv >= 4750 && mv <= 5250 ? PASS : mv >= 4500 && mv <= 5400 ? WARN : FAIL;
      judge(F_("alimentazione"), verdict, buffer, F_("4750..5250 mV"));
      return true;
    }
    case 1: {
      const uint16_t count = m.sampled().channels[0].count;
      value.add_unsigned(count).add(F_(" campioni in ")).add_unsigned(m.window_ms()).add(F_(" ms"));
      const bool pace = m.window_ms() > 950 && m.window_ms() < 1050;
      judge(F_("adc"), m.windows() > 1 && count == 4000 && pace ? PASS : FAIL, buffer, F_("4000 in 950..1050 ms"));
      return true;
    }
    case 2: {
      uint16_t rises = 0;
      for (uint8_t i = 0; i < CHANNELS; i++)
        if (m.reading(i).fault == SOUND && m.reading(i).ma > 300) rises = m.sampled().channels[i].rises;
      if (!rises) {
        verdict = NOT_FITTED;
        value.add(F_("nessuna corrente"));
      } else {
        value.add_unsigned(rises).add(F_(" Hz"));
        verdict = rises >= 49 && rises <= 51 ? PASS : WARN;
      }
      judge(F_("frequenza"), verdict, buffer, F_("49..51 Hz"));
      return true;
    }
    case 3:
    case 4: {
      const uint8_t channel = static_cast<uint8_t>(index - 3);
      verdict = judge_ct(node_.settings_.channels[channel], m.reading(channel), value);
      judge(channel ? F_("ct_consumo") : F_("ct_produzione"), verdict, buffer, F_("media 461..563, non tagliato, calibrato"));
      return true;
    }
    case 5: {
      const Temperature t = m.temperature();
      if (!node_.settings_.ntc_fitted) {
        verdict = node_.settings_.valve_fitted ? FAIL : NOT_FITTED;
        value.add(F_("non montato"));
      } else if (t.known) {
        value.add_decimal(t.tenths, 1).add(F_(" C"));
      } else {
        verdict = FAIL;
        value.add(F_("rotto, ")).add_unsigned(m.sampled().ntc).add(F_(" conteggi"));
      }
      judge(F_("ntc"), verdict, buffer, F_("-50..120 C; serve alla valvola"));
      return true;
    }
    case 6: {
      const bool good = settings_stored(node_.hw_.eeprom);
      value.add(good ? F_("valide") : F_("mai salvate"));
      if (node_.unsaved_) value.add(F_(", modifiche da salvare"));
      judge(F_("eeprom"), !good ? FAIL : node_.unsaved_ ? WARN : PASS, buffer, F_("impostazioni salvate e valide"));
      return true;
    }
    case 7:
      value.add(n.state() == Network::NO_CHIP ? F_("nessun W5500") : n.link() ? F_("collegato") : F_("cavo staccato"));
      judge(F_("link"), n.link() ? PASS : FAIL, buffer, F_("collegato"));
      return true;
    case 8:
      value.add_ip(n.address().ip);
      judge(F_("indirizzo"), n.address().ip[0] ? PASS : FAIL, buffer, F_("da DHCP o fisso"));
      return true;
    case 9:
      value.add(n.state_code());
      if (!n.mqtt.ready()) value.add(F_(", ")).add(mqtt_error_code(n.mqtt.last_error()));
      judge(F_("mqtt"), n.mqtt.ready() ? PASS : FAIL, buffer, F_("connesso"));
      return true;
    default: return false;
  }
}

}  // namespace sf

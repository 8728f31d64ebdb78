#include "node.h"

namespace sf {

void Diag::say_help() {
  Json json = answer(0, true);
  json.text(F_("aiuto"), F_("i info, m misure, a adc, t autotest, c contatori, e eventi, n rete, g config, l carichi"));
  send(json);
}

void Diag::say_info(uint16_t id, Millis now) {
  Json json = answer(id, true);
  json.text(F_("prodotto"), F_("solar-family-node"))
      .text(F_("fw"), F_(SF_FIRMWARE_VERSION))
      .text(F_("scheda"), node_.hw_.pins.board_name())
      .text(F_("casa"), node_.settings_.house);
  json.key(F_("mac")).add('"').add_mac(node_.network_.mac()).add('"');
  json.natural(F_("boot"), node_.kept_.boot)
      .natural(F_("uptime_s"), seconds(now))
      .text(F_("reset"), reset_code(node_.cause_))
      .natural(F_("watchdog"), node_.kept_.watchdog_resets)
      .natural(F_("ram_libera"), node_.hw_.pins.free_ram())
      .boolean(F_("configurato"), provisioned(node_.settings_))
      .boolean(F_("da_salvare"), node_.unsaved_);
  send(json);
}

static void power(Json& json, const FlashText* name, const uint32_t* watts) {
  if (watts) {
    json.natural(name, *watts);
  } else {
    json.null(name);
  }
}

void Diag::write_values(Json& json) {
  const Meter& m = node_.meter_;
  power(json, F_("produzione_w"), m.measured() ? m.production_w() : nullptr);
  power(json, F_("consumo_w"), m.measured() ? m.consumption_w() : nullptr);
  json.key(F_("ma")).add('[').add_unsigned(m.reading(0).ma).add(',').add_unsigned(m.reading(1).ma).add(']');
  write_faults(json.key(F_("guasti")), m);
}

void Diag::say_values(uint16_t id) {
  const Meter& m = node_.meter_;
  Json json = answer(id, true);
  write_values(json);
  if (m.temperature().known) {
    json.decimal(F_("temperatura_c"), m.temperature().tenths, 1);
  } else {
    json.null(F_("temperatura_c"));
  }
  if (m.supply_mv()) {
    json.natural(F_("alimentazione_mv"), m.supply_mv());
  } else {
    json.null(F_("alimentazione_mv"));
  }
  json.text(F_("mqtt"), node_.network_.state_code()).boolean(F_("link"), node_.network_.link());
  if (node_.alert_[0]) json.text(F_("alert"), node_.alert_);
  send(json);
}

void Diag::say_adc(uint16_t id, uint8_t channel, bool as_part) {
  const Meter& m = node_.meter_;
  const Window& w = m.sampled().channels[channel];
  const CtReading& r = m.reading(channel);
  Json json = as_part ? part(id) : answer(id, true);
  json.natural(F_("canale"), channel)
      .natural(F_("campioni"), w.count)
      .decimal(F_("media"), r.mean_e2, 2)
      .decimal(F_("rms"), static_cast<int32_t>((static_cast<uint64_t>(r.raw_q12) * 1000 + 2048) >> 12), 3)
      .natural(F_("min"), w.lowest)
      .natural(F_("max"), w.highest)
      .natural(F_("tagliati"), w.clipped)
      .natural(F_("persi"), m.sampled().lost)
      .natural(F_("finestra_ms"), m.window_ms());
  send(json);
}

void Diag::say_network(uint16_t id) {
  const Network& n = node_.network_;
  Json json = answer(id, true);
  json.boolean(F_("link"), n.link()).boolean(F_("dhcp"), node_.settings_.dhcp);
  json.key(F_("ip")).add('"').add_ip(n.address().ip).add('"');
  json.key(F_("maschera")).add('"').add_ip(n.address().mask).add('"');
  json.key(F_("gateway")).add('"').add_ip(n.address().gateway).add('"');
  json.text(F_("hub"), node_.settings_.hub)
      .natural(F_("porta"), node_.settings_.port)
      .text(F_("mqtt"), n.state_code())
      .text(F_("errore"), mqtt_error_code(n.mqtt.last_error()))
      .natural(F_("tentativi"), n.mqtt.attempts())
      .natural(F_("in_coda"), node_.outbox_.waiting());
  send(json);
}

void Diag::say_counters(uint16_t id, Millis) {
  const EnergyCounters& e = node_.meter_.energy.total;
  Json json = answer(id, true);
  json.natural(F_("energia_prodotta_wh"), e.produced)
      .natural(F_("energia_consumata_wh"), e.consumed)
      .natural(F_("energia_prelevata_wh"), e.imported)
      .natural(F_("energia_immessa_wh"), e.exported)
      .natural(F_("boot"), node_.kept_.boot)
      .natural(F_("scritture"), node_.store_.writes());
  send(json);
}

/** Difference of `measured` from `expected`, hundredths of a percent. */
static int32_t error_e2(uint32_t measured, uint32_t expected) {
  const int64_t difference = static_cast<int64_t>(measured) - static_cast<int64_t>(expected);
  return expected ? static_cast<int32_t>(difference * 10000 / static_cast<int64_t>(expected)) : 0;
}

void Diag::say_calibration() {
  const Calibration& c = node_.calibration_;
  const uint8_t outcome = static_cast<uint8_t>(calibration_outcome_ - 2);
  calibration_outcome_ = 0;
  switch (outcome) {
    case Calibration::TOO_SMALL: return refuse_field(calibration_id_, F_("w"), F_("almeno 3 % della portata del CT"));
    case Calibration::FAULTY: return refuse_field(calibration_id_, F_("canale"), F_("CT collegato, bias a meta', nessun taglio"));
    case Calibration::OUT_OF_RANGE:
      if (c.was_zero) return refuse_field(calibration_id_, F_("zero"), F_("rumore 0..50: il CT non abbraccia niente?"));
      return refuse_field(calibration_id_, F_("guadagno"), F_("0.5..2"));
    default: break;
  }
  Json json = answer(calibration_id_, true);
  json.natural(F_("canale"), c.channel).text(F_("passo"), c.was_zero ? F_("zero") : F_("guadagno"));
  if (c.was_zero) {
    json.decimal(F_("prima"), static_cast<int32_t>(c.before), 3).decimal(F_("dopo"), static_cast<int32_t>(c.after), 3);
  } else {
    json.natural(F_("misurato_ma"), c.measured_ma)
        .natural(F_("vero_ma"), c.true_ma)
        .decimal(F_("errore_prima"), error_e2(c.measured_ma, c.true_ma), 2)
        .decimal(F_("errore_dopo"), error_e2(c.left_ma, c.true_ma), 2)
        .decimal(F_("guadagno"), static_cast<int32_t>(node_.edited_.channels[c.channel].gain_e4), 4);
  }
  send(json);
}

bool Diag::event_part(uint8_t index) {
  Event e;
  if (!node_.events_.read(index, &e)) return false;
  Json json = part(parts_id_);
  json.natural(F_("boot"), e.boot)
      .natural(F_("uptime_s"), e.uptime_s)
      .text(F_("evento"), event_name(e.code))
      .natural(F_("valore"), e.value);
  send(json);
  return true;
}

bool Diag::config_part(uint8_t index) {
  if (index >= field_count()) return false;
  char name[24], value[64];
  Text name_text(name, sizeof name), value_text(value, sizeof value);
  bool quoted;
  show_field(node_.edited_, index, name_text, value_text, &quoted);
  Json json = part(parts_id_);
  json.text(F_("campo"), name);
  if (quoted) {
    json.text(F_("valore"), value);
  } else {
    json.key(F_("valore")).add(value);
  }
  send(json);
  return true;
}

static const FlashText* wall_code(uint8_t wall) {
  return wall == LEVER ? F_("leva") : wall == BUTTON ? F_("pulsante") : F_("nessuno");
}

bool Diag::load_part(uint8_t index, Millis now) {
  for (; index < LOADS && !node_.edited_.loads[index].id[0]; index++) part_++;
  if (index >= LOADS) return false;
  const LoadSettings& l = node_.edited_.loads[index];
  const Relay& r = node_.relays_[index];
  Json json = part(parts_id_);
  json.natural(F_("uscita"), index + 1u)
      .text(F_("carico"), l.id)
      .text(F_("riposo"), l.rest_on ? F_("acceso") : F_("spento"))
      .natural(F_("min_on_s"), l.min_on_s)
      .natural(F_("min_off_s"), l.min_off_s)
      .natural(F_("max_on_s"), l.max_on_s)
      .natural(F_("avvii_ora"), l.starts_per_hour)
      .boolean(F_("programma"), l.program)
      .text(F_("interruttore"), wall_code(l.wall))
      .natural(F_("manuale_s"), l.hold_s);
  if (r.used()) {
    json.boolean(F_("acceso"), r.on())
        .text(F_("origine"), origin_code(r.origin()))
        .natural(F_("residuo_s"), r.remaining_s(now))
        .natural(F_("blocco_s"), r.locked_s(now));
  }
  send(json);
  return true;
}

}  // namespace sf

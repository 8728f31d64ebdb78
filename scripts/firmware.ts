import { avrToolchain, buildFirmware, readFlags } from './firmware/avr.ts'

// `npm run firmware`: the node's image for the ATmega2560, with its sizes.

if (!avrToolchain()) {
  console.error(
    'Building the firmware needs avr-gcc: sudo apt-get install gcc-avr avr-libc binutils-avr arduino-core-avr',
  )
  process.exit(1)
}
const { most } = readFlags()
const image = await buildFirmware()
if (image.warnings) console.error(image.warnings)
console.log(
  `${image.hex}\nflash ${image.flash} bytes of at most ${most.flash}, RAM ${image.ram} of at most ${most.ram}`,
)
if (image.flash > most.flash || image.ram > most.ram) {
  console.error('The image is larger than firmware/flags.json allows.')
  process.exit(1)
}

import { archsOf } from './package/arch.ts'
import { makeBinary } from './package/binary.ts'

// `npm run package [-- x64|arm64]`: dist/solar-family-linux-x64 and -arm64, the whole program as one executable, made on either processor.

for (const arch of archsOf(process.argv.slice(2))) makeBinary(arch)

import { archsOf } from './package/arch.ts'
import { makeBinary } from './package/binary.ts'
import { makePackage } from './package/debian.ts'
import { projectVersion } from './package/project.ts'

// `npm run package [-- x64|arm64]`: dist/solar-family-linux-x64 and -arm64, the whole program as one executable, made on either processor.
// `-- --deb` makes Debian packages of them as well.

const words = process.argv.slice(2)
for (const arch of archsOf(words.filter((word) => word !== '--deb'))) {
  const program = await makeBinary(arch)
  if (words.includes('--deb')) makePackage({ arch, program, version: projectVersion(), compression: 'xz' })
}

// The library below is built on it, and asks for it to be there first.
import 'reflect-metadata'
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A new private key, PKCS #8 in PEM. */
export async function makePrivateKey(): Promise<string> {
  const { privateKey } = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }) as string
}

/** A certificate for a server of these names and addresses, signed with its own key; PEM. It can sign no other. */
export async function selfSign(options: {
  /** PKCS #8 in PEM. */
  readonly key: string
  readonly names: readonly string[]
  /** Epoch ms. */
  readonly from: number
  readonly until: number
}): Promise<string> {
  const key = createPrivateKey(options.key)
  const publicKey = await imported(createPublicKey(key), 'spki', 'verify')
  const [name = 'localhost'] = options.names
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      // Positive, 127 bits: the first byte keeps its sign and is never empty.
      serialNumber: `40${randomBytes(15).toString('hex')}`,
      name: [{ CN: [name.slice(0, 64)] }, { O: ['Solar Family hub'] }],
      notBefore: new Date(options.from),
      notAfter: new Date(options.until),
      signingAlgorithm: SIGNATURE,
      keys: { privateKey: await imported(key, 'pkcs8', 'sign'), publicKey },
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          options.names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
        ),
        await SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto as Crypto),
      ],
    },
    webcrypto as Crypto,
  )
  return certificate.toString('pem')
}

function imported(key: KeyObject, format: 'pkcs8' | 'spki', usage: 'sign' | 'verify'): Promise<CryptoKey> {
  const der = key.export({ format: 'der', type: format } as never) as unknown as Buffer
  return webcrypto.subtle.importKey(format, new Uint8Array(der), KEY, true, [usage]) as Promise<CryptoKey>
}

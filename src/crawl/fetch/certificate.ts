/** What is wrong with a certificate, in words, by the code Node gives for OpenSSL's verification result. */

/** Undefined when the code says nothing of a certificate. */
export function certificateFault(driverCode: string): string | undefined {
  const fault = FAULTS.get(driverCode)
  if (fault !== undefined) return fault
  return OTHER.has(driverCode) ? 'a certificate that does not verify' : undefined
}

const noIssuer =
  'a certificate whose issuer is unknown (the server may leave out an intermediate certificate)'

const FAULTS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'a certificate that has expired'],
  ['CERT_NOT_YET_VALID', 'a certificate that is not yet valid'],
  ['CERT_REVOKED', 'a certificate that was revoked'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'a self-signed certificate'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'a certificate whose root is self-signed and not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', noIssuer],
  ['UNABLE_TO_GET_ISSUER_CERT', noIssuer],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', noIssuer],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'a certificate for other host names'],
  ['HOSTNAME_MISMATCH', 'a certificate for other host names'],
])

/** The rest of Node's X509 list (deps: crypto X509Certificate error codes), too rare to be worth words. */
const OTHER = new Set([
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'OUT_OF_MEM',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
])

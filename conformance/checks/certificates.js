// T1 to T6: certificates that must be refused.
const config = require('../config')
const { request } = require('../lib/call')
const { failed } = require('../lib/expect')

const TLS = /:fail.*(ssl|SSL|CERT)/

function refuses(id, title, host) {
  return { id, title, needs: host, check: () => request(config[host], '/ok').then((result) => failed(result, TLS)) }
}

module.exports = [
  refuses('T1', 'a certificate that no root of the system vouches for is refused', 'unknownRoot'),
  refuses('T3', 'a certificate for another name is refused', 'wrongName'),
  refuses('T4', 'a certificate that has ended is refused', 'expired'),
  refuses('T5', 'a chain without its intermediate is refused', 'noIntermediate'),
  refuses('T6', 'a self-signed certificate is refused', 'selfSigned')
]

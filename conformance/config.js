// Where the checks call. To run them in another host, serve `mock/` under domains of your own and name them here and
// in that host's console; a host that you can't offer is `null`, and what needs it is skipped.
module.exports = {
  // On the lists of request, uploadFile, downloadFile and connectSocket.
  listed: 'api.conformance.example',
  // On the list of request only.
  requestOnly: 'request.conformance.example',
  // On no list, though it is served.
  unlisted: 'elsewhere.conformance.example',
  // On the list of request; each shows a certificate with a fault.
  expired: 'expired.conformance.example',
  wrongName: 'wrong-name.conformance.example',
  selfSigned: 'self-signed.conformance.example',
  unknownRoot: 'unknown-root.conformance.example',
  noIntermediate: 'no-intermediate.conformance.example',
  // The app's ID, and the version that its referer must name.
  appId: 'wxc0f0a9ce00112233',
  version: /^(devtools|\d+)$/
}

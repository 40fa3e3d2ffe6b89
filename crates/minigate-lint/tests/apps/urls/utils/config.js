// https://comment.example.com
const CDN = 'cdn.example.com'
module.exports = {
  CDN,
  base: 'https://api.example.com',
  logo: `https://${CDN}/logo.png`,
}

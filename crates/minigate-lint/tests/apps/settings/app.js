const appSecret = '9f86d081884c7d659a2feaa0c55ad015'
const md5 = '60303ae22b998861bce3b28f33eec1be'
const config = {
  secret: process.env.SECRET || 'fd61a03af4f77d870fc21e05e7e80678',
  clientSecretHint: 'ask the team',
}
const token = 'https://api.weixin.qq.com/cgi-bin/token?appid=wx1&secret=c775e7b757ede630cd0aa1113bd102661ab38829'
const session = 'https://api.weixin.qq.com/sns/jscode2session?secret=a591a6d40bf420404a011733cfb7b190&js_code='

App({ appSecret, md5, config, token, session })

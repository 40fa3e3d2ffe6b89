module.exports = [].concat(
  require('./domains'),
  require('./calls'),
  require('./text'),
  require('./request'),
  require('./transfers'),
  require('./files'),
  require('./sockets'),
  require('./certificates')
)

const MESSAGES = {
  401: '请重新登录',
  404: '已下架或不存在'
}

// The platform calls a 404 or a 500 a success; for the shop they are none.
function bodyOf({ status, data }) {
  if (status >= 200 && status < 300) return data
  const error = new Error((data && data.message) || MESSAGES[status] || '服务器开小差了')
  error.status = status
  throw error
}

function messageOf(error) {
  return error.name === 'CourierError' ? '网络不给力，请稍后再试' : error.message
}

module.exports = { bodyOf, messageOf }

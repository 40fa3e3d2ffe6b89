const { get } = require('../utils/request')

function fetchReport(city) {
  return Promise.all([
    get('/v1/now', { city }),
    get('/v1/forecast', { city, days: 7 }),
    get('/v1/alerts', { city })
  ]).then(([now, forecast, alerts]) => ({
    now,
    days: forecast.days,
    alerts: alerts.items
  }))
}

function fetchPopularCities() {
  return get('/v1/cities/popular').then((answer) => answer.items)
}

function searchCities(keyword) {
  return get('/v1/cities/search', { keyword }).then((answer) => answer.items)
}

module.exports = { fetchReport, fetchPopularCities, searchCities }

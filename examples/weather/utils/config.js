module.exports = {
  API_ORIGIN: 'https://api.weather.example'
}

module.exports = 'https://cloud.example.com'

/** A snake on a square board that goes on at its other side; the food's places are the same on each run. */
class Snake {
  constructor(size) {
    this.size = size
    this.body = [{ x: 0, y: 0 }]
    this.isAlive = true
    this.score = 0
    this.steps = 0
    this.seed = 7
    this.placeFood()
  }

  get head() {
    return this.body[0]
  }

  step({ x, y }) {
    const head = { x: (this.head.x + x + this.size) % this.size, y: (this.head.y + y + this.size) % this.size }
    this.steps += 1
    if (this.covers(head)) {
      this.isAlive = false
      return
    }
    this.body.unshift(head)
    if (head.x === this.food.x && head.y === this.food.y) {
      this.score += 1
      this.placeFood()
    } else {
      this.body.pop()
    }
  }

  placeFood() {
    do {
      this.food = { x: this.random(), y: this.random() }
    } while (this.covers(this.food))
  }

  covers({ x, y }) {
    return this.body.some((part) => part.x === x && part.y === y)
  }

  random() {
    this.seed = (this.seed * 16807) % 2147483647
    return this.seed % this.size
  }
}

module.exports = { Snake }

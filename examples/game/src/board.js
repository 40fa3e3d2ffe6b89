const CELL = 16

let isPaused = false

export const board = {
  pause() {
    isPaused = true
  },
  resume() {
    isPaused = false
  },
  draw(context, canvas, snake) {
    if (isPaused) return
    context.clearRect(0, 0, canvas.width, canvas.height)
    context.fillStyle = '#2a9d8f'
    snake.body.forEach(({ x, y }) => context.fillRect(x * CELL, y * CELL, CELL, CELL))
    context.fillStyle = '#e76f51'
    context.fillRect(snake.food.x * CELL, snake.food.y * CELL, CELL, CELL)
  }
}

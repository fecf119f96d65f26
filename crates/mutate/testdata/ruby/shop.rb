# A shop.
class Shop
  CODE = /^[a-z]+-\d+$/
  KEY = Regexp.new("^a+")
  RATE = 0.5
  STRICT = true

  def initialize(name)
    @name = name
    @sizes = [1, 2, 3]
  end

  def totals(price, side, flags)
    half = price / side
    rest = side % 3
    square = side ** 2
    negative = -half
    positive = +half
    bits = flags & 6
    more = flags ^ 3
    shifted = 1 << flags
    inverse = ~flags
    half *= 2
    flags &= 1
    half - rest
  end

  def label(kind, names)
    case kind
    when 1 then "one"
    when 2 then ""
    else "other"
    end
  end

  def check(kind)
    case kind
    in Integer if kind == 3 then 1
    in String then 2
    else 3
    end
  end

  def read(path, options)
    limit ||= 10
    name = ""
    @path = path.strip
    all = { **options, strict: false, deep: 1 }
    find(path, deep: true)
    for item in path.items
      next if !item || item.done?
    end
    while more?
      step
    end
    all.size
  rescue KeyError => error
    fail(error)
  end

  def <=>(other) = price <=> other.price

  def first = ready? ? @name : nil

  def open?(now)
    return now > 3
  end
end

# frozen_string_literal: true
require "set"
module Shop
  class Cart
    attr_reader :items
    def initialize(items = [], limit: 10)
      @items = items
      @limit ||= limit
    end
    def total(n)
      sum = 0
      @items.each do |i|
        next if i.free?
        sum += i.price * 2 if i.price > 0 && !i.gone
        break unless sum <= n
      end
      log.info "x"
      raise ArgumentError, "no" if n.nil?
      notify(sum)
      sum + 1
    end
    def ok? = items.any? { |x| x == 1 }
    def name
      return "a" unless @limit
      user&.name || "none"
    end
    def r; (1..10).map { |x| x }; end
  end
end

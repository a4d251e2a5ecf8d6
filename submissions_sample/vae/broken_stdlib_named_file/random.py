values = [3, 1, 4, 1, 5]
print("my random numbers:", values)


def next_value(i):
    return values[i % len(values)]
